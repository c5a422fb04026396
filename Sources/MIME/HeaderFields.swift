package import MailModel

/// What the thread index needs of a message's header, read without GMime from the reply to
/// `BODY.PEEK[HEADER.FIELDS (…)]`: a sweep reads hundreds of thousands of these.
package struct HeaderFields: Sendable, Equatable {
    package var messageID: HeaderMessageID?
    package var inReplyTo: [HeaderMessageID] = []
    /// Oldest first, as the header has them.
    package var references: [HeaderMessageID] = []
    package var forwardedMessageIDs: [HeaderMessageID] = []
    /// Decoded and unfolded.
    package var subject: String?
    package var threadIndexRoot: [UInt8]?

    package init() {}
}
