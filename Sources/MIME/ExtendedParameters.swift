/// RFC 2231 parameters name their charset within the value: `filename*=ks_c_5601-1987''…`.
enum ExtendedParameters {
    /// Puts the name that iconv knows in place of one that means another charset.
    static func renamingCharsets(_ value: String) -> String {
        guard value.utf8.contains(UInt8(ascii: "*")), value.utf8.contains(UInt8(ascii: "'")) else { return value }
        let bytes = Array(value.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let isStart = bytes[index] == UInt8(ascii: "=") && index > 0 && bytes[index - 1] == UInt8(ascii: "*")
            out.append(bytes[index])
            index += 1
            guard isStart else { continue }
            if index < bytes.count, bytes[index] == 0x22 {
                out.append(0x22)
                index += 1
            }
            guard let quote = bytes[index...].prefix(64).firstIndex(of: UInt8(ascii: "'")) else { continue }
            let name = String(decoding: bytes[index..<quote], as: UTF8.self)
            out.append(contentsOf: name.utf8.isEmpty ? "".utf8 : Charset(name: name).iconvName(or: name).utf8)
            index = quote
        }
        return String(decoding: out, as: UTF8.self)
    }
}

extension Charset {
    /// The name to convert by; `name` where this charset has none of its own.
    func iconvName(or name: String) -> String {
        switch self {
        case .utf8: "UTF-8"
        case .windows1252: "windows-1252"
        case .iconv(let known): known
        case .ascii, .unknown: name
        }
    }
}
