/// The first words of a message, on one line.
enum Snippet {
    /// Folds white space and control characters to single spaces and cuts at `limit` characters.
    static func of(_ text: String, limit: Int) -> String {
        var text = text
        return text.withUTF8 { fold($0, limit: limit) }
    }

    private static func fold(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> String {
        var out: [UInt8] = []
        // A character of several scalars is long; eight bytes a character bound the work and are cut below.
        let most = limit * 8
        out.reserveCapacity(min(bytes.count, most))
        var isASCII = true
        var pending = false
        var index = 0
        while index < bytes.count, out.count < most {
            let byte = bytes[index]
            if byte <= 0x20 || byte == 0x7F {
                pending = true
                index += 1
                continue
            }
            // U+00A0 is white space too, and HTML mail is full of it.
            if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] == 0xA0 {
                pending = true
                index += 2
                continue
            }
            if pending, !out.isEmpty { out.append(0x20) }
            pending = false
            if byte >= 0x80 { isASCII = false }
            out.append(byte)
            index += 1
            if isASCII, out.count >= limit { break }
        }
        if isASCII { return String(decoding: out.prefix(limit), as: UTF8.self).trimmingTrailingSpace }
        // The byte bound may have cut a scalar.
        let whole = out.withUnsafeBytes { $0.utf8LengthOfWholeScalars }
        return String(String(decoding: out[0..<whole], as: UTF8.self).prefix(limit)).trimmingTrailingSpace
    }
}

extension String {
    fileprivate var trimmingTrailingSpace: String {
        guard utf8.last == 0x20 else { return self }
        return String(dropLast())
    }
}
