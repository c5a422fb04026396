/// RFC 4648's base64, for SASL; without Foundation.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                for shift in [18, 12, 6, 0] as [UInt32] { out.append(alphabet[Int(bits >> shift & 0x3F)]) }
                bits = 0
                count = 0
            }
        }
        if count == 1 {
            out.append(alphabet[Int(bits >> 2)])
            out.append(alphabet[Int(bits << 4 & 0x3F)])
            out += "==".utf8
        } else if count == 2 {
            out.append(alphabet[Int(bits >> 10)])
            out.append(alphabet[Int(bits >> 4 & 0x3F)])
            out.append(alphabet[Int(bits << 2 & 0x3F)])
            out += "=".utf8
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// - Returns: `nil` where it is no base64 of whole octets with its padding.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        for byte in text {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 1
            if count == 4 {
                for shift in [16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: bits >> shift)) }
                bits = 0
                count = 0
            }
        }
        switch (count, padding) {
        case (0, 0): return out
        case (2, 2): out.append(UInt8(truncatingIfNeeded: bits >> 4))
        case (3, 1):
            out.append(UInt8(truncatingIfNeeded: bits >> 10))
            out.append(UInt8(truncatingIfNeeded: bits >> 2))
        default: return nil
        }
        return out
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case ASCII.zero...ASCII.nine: byte - ASCII.zero + 52
        case ASCII.plus: 62
        case ASCII.slash: 63
        default: nil
        }
    }
}
