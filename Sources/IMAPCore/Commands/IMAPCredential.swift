/// What a user signs in with. It is shown nowhere: neither in descriptions nor in errors.
package enum IMAPCredential: Sendable {
    /// By SCRAM-SHA-256 (RFC 7677) where offered, else by AUTHENTICATE PLAIN (RFC 4616), else by LOGIN.
    case password(username: String, password: String)
    /// By an OAuth 2.0 access token: OAUTHBEARER (RFC 7628) where offered, else XOAUTH2, the form that Google and
    /// Microsoft had before.
    case oauth2(username: String, accessToken: String)

    /// What must be kept out of texts.
    package var secrets: [String] {
        switch self {
        case .password(let username, let password): [password, username]
        case .oauth2(let username, let accessToken): [accessToken, username]
        }
    }
}

extension IMAPCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "IMAPCredential(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
