/// Where a mail server listens and how its connection is secured.
package struct ServerSettings: Sendable, Hashable {
    /// `tls` from the first byte, `starttls` as a mandatory upgrade, or `none`.
    package enum Security: String, Sendable, CaseIterable { case tls, starttls, none }

    package let host: String
    /// 1 to 65535.
    package let port: Int
    package let security: Security

    package init(host: String, port: Int, security: Security) {
        self.host = host
        self.port = port
        self.security = security
    }
}
