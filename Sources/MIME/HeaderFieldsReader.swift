import MailModel

/// Reads header blocks into ``HeaderFields``. One a thread; it keeps charset converters open between blocks.
package final class HeaderFieldsReader {
    private let charsets = CharsetDecoder()

    package init() {}

    /// Never fails: what can't be read is absent. `bytes` may end with the blank line, or before it.
    package func read(_ bytes: UnsafeRawBufferPointer) -> HeaderFields {
        var out = HeaderFields()
        var scanner = HeaderScanner(bytes)
        while let field = scanner.next() {
            guard let name = HeaderName(field.name) else { continue }
            switch name {
            case .messageID:
                if out.messageID == nil { out.messageID = MessageIDScanner.first(in: field.value) }
            case .inReplyTo:
                out.inReplyTo += MessageIDScanner.ids(in: field.value)
            case .references:
                out.references += MessageIDScanner.ids(in: field.value)
            case .forwardedMessageID:
                out.forwardedMessageIDs += MessageIDScanner.ids(in: field.value)
            case .threadIndex:
                if out.threadIndexRoot == nil { out.threadIndexRoot = ThreadIndex.root(of: field.value) }
            case .subject:
                guard out.subject == nil else { continue }
                var words = EncodedWords(charsets: charsets)
                out.subject = words.text(field.value)
            case .from, .sender, .replyTo, .to, .cc, .bcc, .date, .listID, .listUnsubscribe, .autoSubmitted,
                .precedence, .autoResponseSuppress, .returnPath, .contentType, .contentTransferEncoding,
                .contentDisposition, .contentID:
                continue
            }
        }
        return out
    }
}
