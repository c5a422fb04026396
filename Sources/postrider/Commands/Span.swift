import ArgumentParser

/// A time that somebody types: `90`, `90s`, `10m`, `2h` or `1d`; at most 366 days.
struct Span: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int(digits),
            count <= 366 * 86_400 / (unit ?? 1)
        else { return nil }
        duration = .seconds(count * (unit ?? 1))
    }
}
