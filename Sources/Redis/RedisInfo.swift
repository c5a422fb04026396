/// The reply to INFO: lines of `name:value` under headings.
struct RedisInfo: Sendable {
    private let fields: [Substring: Substring]

    init(_ text: String) {
        var fields: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = line[colon...].dropFirst()
        }
        self.fields = fields
    }

    /// The value of a field, or nil for one that isn't there.
    subscript(name: String) -> String? { fields[Substring(name)].map(String.init) }

    /// The same as a decimal number.
    func integer(_ name: String) -> Int64? { fields[Substring(name)].flatMap { Int64($0) } }
}
