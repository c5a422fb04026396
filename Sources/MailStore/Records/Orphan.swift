package import MailModel

/// A message that lies in no folder, as far as is known, and wasn't sought everywhere yet: moved to where nobody looks, or
/// deleted.
package struct Orphan: Sendable, Hashable {
    package let messageID: MessageID
    package let threadID: ThreadID
    package let headerMessageID: HeaderMessageID?
    package let providerMessageID: String?
    /// Of the raw bytes; 32 bytes.
    package let sha256: [UInt8]
    /// Bytes.
    package let size: Int
    /// INTERNALDATE of its first placement.
    package let receivedAt: EpochSeconds
}
