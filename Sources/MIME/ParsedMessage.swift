package import MailModel

/// What one message says, as far as storage, threads and search need it. All text is valid UTF-8 without NUL.
package struct ParsedMessage: Sendable, Equatable {
    /// The first `Message-ID:` that holds an id.
    package var messageID: HeaderMessageID?
    package var inReplyTo: [HeaderMessageID] = []
    /// Oldest first, as the header has them.
    package var references: [HeaderMessageID] = []
    /// Of `X-Forwarded-Message-Id:`, which Thunderbird and others set on forwards.
    package var forwardedMessageIDs: [HeaderMessageID] = []
    /// Exchange's `Thread-Index:`, the 22 bytes that all messages of one conversation share (``ThreadIndex``).
    package var threadIndexRoot: [UInt8]?

    /// Addresses in the header's order; groups (RFC 5322 §3.4) are flattened to their members.
    package var from: [EmailAddress] = []
    package var sender: [EmailAddress] = []
    package var replyTo: [EmailAddress] = []
    package var to: [EmailAddress] = []
    package var cc: [EmailAddress] = []
    package var bcc: [EmailAddress] = []

    /// Decoded and unfolded; `nil` where there is no such header.
    package var subject: String?
    package var date: MessageDate?

    /// The text/plain side of the body: the inline parts joined; `nil` where the message has no such part.
    package var text: String?
    /// The text/html side of the body, not sanitised; `nil` where the message has no such part.
    package var html: String?
    /// The beginning of the text, or of what the HTML shows, with white space folded.
    package var snippet: String = ""
    /// All parts that are not in ``text`` or ``html``, in the message's order.
    package var attachments: [ParsedAttachment] = []

    /// The id within the angle brackets of `List-Id:` (RFC 2919).
    package var listID: String?
    /// The value of `List-Unsubscribe:` (RFC 2369), unfolded.
    package var listUnsubscribe: String?
    package var autoSubmitted: AutoSubmitted = []

    /// The header's bytes within the raw message, without the blank line that ends it.
    package var headerRange: Range<Int> = 0..<0
    package var marks: Set<ParseMark> = []

    /// A message without anything, to be filled in.
    package init() {}
}
