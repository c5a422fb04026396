package import NIOCore

/// Where a server listens, and how the channel to it is made safe.
package struct IMAPEndpoint: Sendable {
    package enum Security: Sendable, Hashable {
        /// TLS from the first octet, usually on port 993.
        case tls
        /// STARTTLS right after the greeting, usually on port 143; mandatory, whatever the server advertises.
        case startTLS
        /// No TLS at all; only where an operator allows it.
        case none
    }

    /// The host as the user typed it: what the certificate must be for, and what SNI says.
    package let serverName: String
    /// Where to connect: an address that the caller has judged. No name is resolved here.
    package let address: SocketAddress
    package let security: Security

    package init(serverName: String, address: SocketAddress, security: Security) {
        self.serverName = serverName
        self.address = address
        self.security = security
    }

    /// - Parameter ip: an IPv4 or IPv6 address in numbers.
    /// - Throws: an error of NIO where `ip` is no address.
    package init(serverName: String, ip: String, port: Int, security: Security) throws {
        self.init(
            serverName: serverName, address: try SocketAddress(ipAddress: ip, port: port), security: security)
    }
}
