/// An SMTP server to talk to: an address that the outbound guard has judged, and the name that it must prove.
package struct SMTPEndpoint: Sendable, Hashable {
    /// What the user typed: a DNS name, or an IP address (IPv6 with or without brackets). TLS verifies the server's
    /// certificate against it; it is never looked up.
    package let serverName: String
    /// The judged address, IPv4 or IPv6 text without brackets: the only thing that is connected to.
    package let ip: String
    package let port: UInt16
    package let security: TransferSecurity

    package init(serverName: String, ip: String, port: UInt16, security: TransferSecurity) {
        self.serverName = serverName
        self.ip = ip
        self.port = port
        self.security = security
    }
}
