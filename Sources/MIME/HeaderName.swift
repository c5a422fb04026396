/// The header fields that are read; every other one is passed over without making a string of it.
enum HeaderName: Sendable {
    case from, sender, replyTo, to, cc, bcc
    case messageID, inReplyTo, references, forwardedMessageID, threadIndex
    case subject, date
    case listID, listUnsubscribe
    case autoSubmitted, precedence, autoResponseSuppress, returnPath
    case contentType, contentTransferEncoding, contentDisposition, contentID

    /// Which field a name is, without regard to case; `nil` for all others.
    init?(_ name: UnsafeRawBufferPointer) {
        guard let first = name.first else { return nil }
        let letter = first | 0x20
        func matches(_ text: StaticString) -> Bool { name.equalsIgnoringCase(text) }
        switch (name.count, letter) {
        case (2, UInt8(ascii: "t")) where matches("to"): self = .to
        case (2, UInt8(ascii: "c")) where matches("cc"): self = .cc
        case (3, UInt8(ascii: "b")) where matches("bcc"): self = .bcc
        case (4, UInt8(ascii: "f")) where matches("from"): self = .from
        case (4, UInt8(ascii: "d")) where matches("date"): self = .date
        case (6, UInt8(ascii: "s")) where matches("sender"): self = .sender
        case (7, UInt8(ascii: "s")) where matches("subject"): self = .subject
        case (7, UInt8(ascii: "l")) where matches("list-id"): self = .listID
        case (8, UInt8(ascii: "r")) where matches("reply-to"): self = .replyTo
        case (10, UInt8(ascii: "m")) where matches("message-id"): self = .messageID
        case (10, UInt8(ascii: "r")) where matches("references"): self = .references
        case (10, UInt8(ascii: "p")) where matches("precedence"): self = .precedence
        case (10, UInt8(ascii: "c")) where matches("content-id"): self = .contentID
        case (11, UInt8(ascii: "i")) where matches("in-reply-to"): self = .inReplyTo
        case (11, UInt8(ascii: "r")) where matches("return-path"): self = .returnPath
        case (12, UInt8(ascii: "t")) where matches("thread-index"): self = .threadIndex
        case (12, UInt8(ascii: "c")) where matches("content-type"): self = .contentType
        case (14, UInt8(ascii: "a")) where matches("auto-submitted"): self = .autoSubmitted
        case (16, UInt8(ascii: "l")) where matches("list-unsubscribe"): self = .listUnsubscribe
        case (19, UInt8(ascii: "c")) where matches("content-disposition"): self = .contentDisposition
        case (22, UInt8(ascii: "x")) where matches("x-forwarded-message-id"): self = .forwardedMessageID
        case (24, UInt8(ascii: "x")) where matches("x-auto-response-suppress"): self = .autoResponseSuppress
        case (25, UInt8(ascii: "c")) where matches("content-transfer-encoding"): self = .contentTransferEncoding
        case (_, _): return nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Compares ASCII without regard to case; `text` is in lower case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<count {
            var byte = self[index]
            if byte &- UInt8(ascii: "A") < 26 { byte |= 0x20 }
            if byte != other[index] { return false }
        }
        return true
    }

    /// Whether it begins so, without regard to the case of ASCII letters; `text` is in lower case.
    func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && UnsafeRawBufferPointer(rebasing: self[0..<text.utf8CodeUnitCount]).equalsIgnoringCase(text)
    }

    /// Without the white space and line ends at both ends.
    var trimmed: UnsafeRawBufferPointer {
        var low = 0
        var high = count
        while low < high, self[low].isHeaderSpace { low += 1 }
        while high > low, self[high - 1].isHeaderSpace { high -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[low..<high])
    }
}

extension UInt8 {
    /// Space, tab, CR or LF: what folding and unfolding put into a header's value.
    var isHeaderSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
