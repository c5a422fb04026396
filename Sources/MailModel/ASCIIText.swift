/// What text comes to where it is ASCII, as most of mail's machine-readable text is: a fraction of the cost of Unicode's
/// rules, and the same result.
enum ASCIIText {
    /// The text in lower case; `nil` where it holds anything but printable ASCII and spaces.
    static func lowercased(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { bytes in
            var hasUpper = false
            for byte in bytes {
                guard (0x20...0x7E).contains(byte) else { return nil }
                if (0x41...0x5A).contains(byte) { hasUpper = true }
            }
            if !hasUpper { return String(decoding: bytes, as: UTF8.self) }
            return String(unsafeUninitializedCapacity: bytes.count) { out in
                for (index, byte) in bytes.enumerated() {
                    out[index] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                }
                return bytes.count
            }
        }
    }
}
