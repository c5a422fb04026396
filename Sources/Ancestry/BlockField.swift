/// What a line of a forwarded block holds.
enum BlockField: Sendable, Hashable {
    case from, sent, to, subject
    /// Belongs to the block and tells nothing of use: Cc, Bcc, Reply-To, importance, attachments.
    case other
}
