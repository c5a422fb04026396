/// How a connection is protected.
package enum TransferSecurity: String, Sendable, Hashable, CaseIterable {
    /// TLS from the first byte.
    case tls
    /// STARTTLS, mandatory: the connection ends when the server does not offer it.
    case startTLS = "starttls"
    /// Plain text: passwords can be read on the way.
    case none
}
