package import struct Foundation.UUID

/// The leave to have one connection to a mail server open.
package struct ConnectionPermit: Sendable, Hashable {
    package let id: UUID
    package let account: AccountKey
    /// The gate of the account's host, `host:name`.
    package let hostGate: String
    /// Whether the connection may be kept for news; otherwise it is for one visit.
    package let stays: Bool

    package init(id: UUID, account: AccountKey, hostGate: String, stays: Bool) {
        self.id = id
        self.account = account
        self.hostGate = hostGate
        self.stays = stays
    }
}
