/// Finds the boundary of a multipart whose header doesn't tell it, or tells another than its body has.
enum BoundaryGuess {
    /// Where parts begin is sought within this many bytes of the body.
    static let reach = 64 << 10

    /// The word behind the first `--` at a line's start that a part's own header follows; `nil` where there is none.
    static func boundary(in body: UnsafeRawBufferPointer) -> String? {
        var lines = body.split(separator: 0x0A, omittingEmptySubsequences: false).makeIterator()
        var candidate: Slice<UnsafeRawBufferPointer>?
        while let line = lines.next() {
            if let found = candidate, UnsafeRawBufferPointer(rebasing: line).hasPrefixIgnoringCase("content-") {
                let word = UnsafeRawBufferPointer(rebasing: found.dropFirst(2)).trimmed
                guard word.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else { return nil }
                return String(decoding: word, as: UTF8.self)
            }
            candidate = line.count > 3 && line.count <= 200 && line.starts(with: "--".utf8) ? line : nil
        }
        return nil
    }
}
