/// What a user signs in with. It is shown nowhere: neither in descriptions nor in errors.
package enum IMAPCredential: Sendable {
    /// By AUTHENTICATE PLAIN (RFC 4616) where offered, else by LOGIN.
    case password(username: String, password: String)
    /// By an OAuth 2.0 access token, in the form that Google and Microsoft take.
    case xoauth2(username: String, accessToken: String)

    /// What must be kept out of texts.
    package var secrets: [String] {
        switch self {
        case .password(let username, let password): [password, username]
        case .xoauth2(let username, let accessToken): [accessToken, username]
        }
    }
}

extension IMAPCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "IMAPCredential(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
