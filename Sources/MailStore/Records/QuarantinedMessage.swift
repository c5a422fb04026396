package import MailModel

/// A message that is held apart, since it crashes or stalls whoever parses it.
package struct QuarantinedMessage: Sendable, Hashable {
    package let account: AccountKey
    package let id: QuarantineID
    package let folder: FolderID
    package let path: String
    package let uidValidity: UIDValidity
    package let uid: UID
    /// Of the raw bytes that are kept; `nil` where none could be had.
    package let sha256: [UInt8]?
    /// Bytes.
    package let size: Int?
    package let reason: String
    package let quarantinedAt: EpochSeconds
    /// When someone asked to try it again.
    package let replayedAt: EpochSeconds?
}
