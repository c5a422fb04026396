/// What an installation allows beyond the rules.
package struct OutboundPolicy: Sendable, Hashable {
    /// `POSTRIDER_ALLOW_PRIVATE_MAIL_HOSTS`: any address and any port may then be connected to. For tests, and for
    /// installations whose users are trusted with the network around them.
    package var allowPrivateHosts: Bool
    /// Ports allowed besides those of mail.
    package var extraPorts: Set<UInt16>

    package init(allowPrivateHosts: Bool = false, extraPorts: Set<UInt16> = []) {
        self.allowPrivateHosts = allowPrivateHosts
        self.extraPorts = extraPorts
    }
}
