package import MailModel

/// Who did what, when: ids only.
package struct AuditEntry: Sendable, Hashable {
    /// From 1, without gaps within an organization.
    package let number: Int64
    package let at: EpochSeconds
    package let actor: String
    package let action: String
    package let subject: String
    /// SHA-256 over the entry and the hash before it.
    package let previousHash: [UInt8]
    package let hash: [UInt8]
}
