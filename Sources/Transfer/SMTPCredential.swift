/// What proves to an SMTP server who is sending. Never printed: every description is the kind alone.
package enum SMTPCredential: Sendable, Hashable {
    /// SASL PLAIN or LOGIN, and SCRAM-SHA-256 where libcurl was built with it.
    case password(username: String, password: String)
    /// XOAUTH2, or OAUTHBEARER (RFC 7628) where that is offered: an access token that has not expired.
    case xoauth2(username: String, accessToken: String)
}

extension SMTPCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .password: "password"
        case .xoauth2: "xoauth2"
        }
    }

    package var debugDescription: String { description }

    /// Keeps `dump` and string interpolation of enclosing values from showing the secret.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
