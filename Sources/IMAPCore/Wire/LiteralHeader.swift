/// The `{n}`, `{n+}`, `{n-}` or `~{n}` that announces n octets after the line break (RFC 9051 §4.3).
struct LiteralHeader: Equatable {
    /// The declared size in octets; `.max` where the number exceeds 64 bits.
    let size: UInt64
    /// Where in the unit the octets begin.
    let bodyStart: Int

    /// Reads a header whose `{` stands at `place`, followed by a line break that ends at or before `end`.
    init?(_ bytes: UnsafeRawBufferPointer, at place: Int, end: Int) {
        guard place < end, bytes[place] == ASCII.openBrace else { return nil }
        var position = place + 1
        var size: UInt64 = 0
        let digits = position
        while position < end, ASCII.isDigit(bytes[position]) {
            let (product, overflowed) = size.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(bytes[position] - ASCII.zero))
            size = overflowed || carried ? .max : sum
            position += 1
        }
        guard position > digits else { return nil }
        if position < end, bytes[position] == ASCII.plus || bytes[position] == ASCII.minus { position += 1 }
        guard position < end, bytes[position] == ASCII.closeBrace else { return nil }
        position += 1
        if position < end, bytes[position] == ASCII.carriageReturn { position += 1 }
        guard position < end, bytes[position] == ASCII.lineFeed else { return nil }
        self.size = size
        bodyStart = position + 1
    }

    /// The header at the end of a line, its line break included; `nil` where the line ends in anything else.
    static func closing(_ line: UnsafeRawBufferPointer) -> LiteralHeader? {
        var place = line.count - 1
        guard place >= 0, line[place] == ASCII.lineFeed else { return nil }
        place -= 1
        if place >= 0, line[place] == ASCII.carriageReturn { place -= 1 }
        guard place >= 0, line[place] == ASCII.closeBrace else { return nil }
        place -= 1
        while place >= 0, ASCII.isDigit(line[place]) || line[place] == ASCII.plus || line[place] == ASCII.minus {
            place -= 1
        }
        guard place >= 0 else { return nil }
        return LiteralHeader(line, at: place, end: line.count)
    }
}
