package import MailModel

/// An account that has a connection kept open for it: live, of an organization whose plan has push.
package struct PushAccount: Sendable, Hashable {
    package let key: AccountKey
    package let state: AccountState
    /// The listener that holds its connection, which may be dead.
    package let home: String?
    /// Its provider's gate, `host:NAME`.
    package let hostGate: String?
}
