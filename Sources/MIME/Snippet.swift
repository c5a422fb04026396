/// The first words of a message, on one line.
enum Snippet {
    /// Folds white space and control characters to single spaces and cuts at `limit` Unicode scalars, so that it
    /// has no more characters than that either.
    static func of(_ text: String, limit: Int) -> String {
        var text = text
        return text.withUTF8 { fold($0, limit: limit) }
    }

    private static func fold(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(min(bytes.count, limit * 3))
        var scalars = 0
        var pending = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            // U+00A0 is white space too, and HTML mail is full of it.
            let isBlank = byte == 0xC2 && index + 1 < bytes.count && bytes[index + 1] == 0xA0
            if byte <= 0x20 || byte == 0x7F || isBlank {
                pending = true
                index += isBlank ? 2 : 1
                continue
            }
            let isStart = byte & 0xC0 != 0x80
            if isStart, scalars + (pending && scalars > 0 ? 1 : 0) >= limit { break }
            if pending, scalars > 0 {
                out.append(0x20)
                scalars += 1
            }
            pending = false
            if isStart { scalars += 1 }
            out.append(byte)
            index += 1
        }
        return String(decoding: out, as: UTF8.self)
    }
}
