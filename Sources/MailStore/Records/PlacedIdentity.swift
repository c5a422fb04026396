package import MailModel

/// What tells a placed message again when its folder's UIDs have changed.
package struct PlacedIdentity: Sendable, Hashable {
    package let uid: UID
    package let messageID: MessageID
    package let headerMessageID: HeaderMessageID?
    package let providerMessageID: String?
    package let internalDate: EpochSeconds
    /// Bytes.
    package let size: Int
    /// Of the raw bytes; 32 bytes.
    package let sha256: [UInt8]
}
