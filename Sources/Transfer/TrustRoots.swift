/// Whose certificates are believed.
package enum TrustRoots: Sendable, Hashable {
    /// The certificate authorities of the system.
    case system
    /// Only those in this PEM file: a private authority.
    case file(String)
}
