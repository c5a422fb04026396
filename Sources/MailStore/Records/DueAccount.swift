/// An account as it is dispatched.
package struct DueAccount: Sendable, Hashable {
    package let key: AccountKey
    /// The gate of its provider's host, `host:NAME`.
    package let hostGate: String?

    package init(key: AccountKey, hostGate: String?) {
        self.key = key
        self.hostGate = hostGate
    }
}
