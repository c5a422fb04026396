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
}
