/// The values that a `host` label may have: the configured providers, and `other`.
///
/// Hosts come from users; as labels they would make as many series as there are mailboxes' providers.
package struct HostLabels: Sendable {
    package static let other = "other"
    private let providers: Set<String>

    /// - Parameter providers: names of hosts, in any case.
    package init(_ providers: some Sequence<String>) { self.providers = Set(providers.map { $0.lowercased() }) }

    package subscript(host: String) -> String {
        let host = host.lowercased()
        return providers.contains(host) ? host : Self.other
    }
}
