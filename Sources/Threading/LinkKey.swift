package import MailModel

/// One thing that two messages of a conversation have in common: each key belongs to at most one thread of an account.
///
/// A Message-ID decides; a provider's thread id and a Thread-Index root only ever *join* (product.md §5), since
/// providers also cut one conversation into several threads, by size or by subject.
package enum LinkKey: Hashable, Sendable {
    /// An id of `Message-ID`, `In-Reply-To`, `References` or `X-Forwarded-Message-Id`.
    case messageID(HeaderMessageID)
    /// X-GM-THRID in decimal, or OBJECTID's THREADID (RFC 8474 §5.2).
    case providerThread(String)
    /// The 22 bytes of Exchange's `Thread-Index` that all messages of a conversation share ([MS-OXOMSG] §2.2.1.3).
    case threadIndexRoot([UInt8])
}

extension LinkKey {
    /// How a row says which sort of key it holds. Values are stored: never give one a new meaning.
    package var kind: Int16 {
        switch self {
        case .messageID: 1
        case .providerThread: 2
        case .threadIndexRoot: 3
        }
    }

    /// The key as text: ids as they are, a Thread-Index root in lower-case hexadecimal.
    package var value: String {
        switch self {
        case .messageID(let id): id.rawValue
        case .providerThread(let id): id
        case .threadIndexRoot(let bytes): Hexadecimal.text(bytes)
        }
    }

    /// The key of a stored row; `nil` for a kind that this version doesn't know, or a value that the kind can't have.
    package init?(kind: Int16, value: String) {
        switch kind {
        case 1:
            guard let id = HeaderMessageID(rawValue: value) else { return nil }
            self = .messageID(id)
        case 2:
            guard !value.isEmpty else { return nil }
            self = .providerThread(value)
        case 3:
            guard let bytes = Hexadecimal.bytes(value), !bytes.isEmpty else { return nil }
            self = .threadIndexRoot(bytes)
        default:
            return nil
        }
    }
}
