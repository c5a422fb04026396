/// Says whether a port may be connected to on a user's word.
package enum PortRule {
    /// IMAP with STARTTLS and with TLS, SMTP relay, submission with TLS and with STARTTLS.
    package static let mailPorts: Set<UInt16> = [143, 993, 25, 465, 587]

    package static func allows(_ port: UInt16, under policy: OutboundPolicy) -> Bool {
        guard port != 0 else { return false }
        return policy.allowPrivateHosts || mailPorts.contains(port) || policy.extraPorts.contains(port)
    }
}
