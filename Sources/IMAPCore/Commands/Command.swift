package import MailModel

/// A command to the server, as a value. Those that change mail belong to other places and are not here yet; IDLE has a
/// machine of its own, since it is left by a word that is no command.
package enum Command: Sendable {
    case capability
    case noop
    case logout
    case startTLS
    /// Fields about this program (RFC 2971).
    case id([(name: String, value: String)])
    case login(username: String, password: String)
    case authenticatePlain(username: String, password: String, initialResponse: Bool)
    case authenticateXOAuth2(username: String, accessToken: String, initialResponse: Bool)
    /// - `host`, `port`: where the connection goes, as RFC 7628 §3.1 wants it told.
    case authenticateOAuthBearer(
        username: String, accessToken: String, host: String, port: Int, initialResponse: Bool)
    /// The first message of an exchange whose further ones answer challenges (RFC 5802, RFC 7677).
    case authenticateScram(firstMessage: String, username: String, initialResponse: Bool)
    case enable([String])
    /// Asks for raw deflate in both directions, from the octet after its answer on (RFC 4978).
    case compress
    /// Asks to be told of changes without asking again (RFC 5465).
    case notify(NotifyWish)
    case namespace
    /// - `pattern`: `*` for all folders, or a name without wildcards.
    /// - `returning`: options of LIST-EXTENDED; empty for the plain command.
    case list(pattern: String, returning: [ListReturn])
    case status(FolderPath, [StatusItem])
    /// Opens a folder read-only.
    /// - `condstore`: whether mod-sequences are asked for, which also switches CONDSTORE on (RFC 7162 §3.1.8).
    case examine(FolderPath, condstore: Bool = false)
    case select(FolderPath)
    case unselect
    /// - `extended`: asks by RETURN (ALL), which gives ranges (RFC 4731).
    case uidSearch(SearchKey, extended: Bool)
    case uidThread(ThreadAlgorithm, SearchKey)
    /// - `changes`: only what changed since; `nil` for all.
    case uidFetch(UIDSet, [FetchItem], changes: ChangedSince? = nil)

    /// Its name for people and errors.
    package var name: String {
        switch self {
        case .capability: "CAPABILITY"
        case .noop: "NOOP"
        case .logout: "LOGOUT"
        case .startTLS: "STARTTLS"
        case .id: "ID"
        case .login: "LOGIN"
        case .authenticatePlain, .authenticateXOAuth2, .authenticateOAuthBearer, .authenticateScram: "AUTHENTICATE"
        case .enable: "ENABLE"
        case .compress: "COMPRESS DEFLATE"
        case .notify: "NOTIFY"
        case .namespace: "NAMESPACE"
        case .list: "LIST"
        case .status: "STATUS"
        case .examine: "EXAMINE"
        case .select: "SELECT"
        case .unselect: "UNSELECT"
        case .uidSearch: "UID SEARCH"
        case .uidThread: "UID THREAD"
        case .uidFetch: "UID FETCH"
        }
    }

    /// Whether it carries the user's credentials.
    package var isSignIn: Bool {
        switch self {
        case .login, .authenticatePlain, .authenticateXOAuth2, .authenticateOAuthBearer, .authenticateScram: true
        case .capability, .noop, .logout, .startTLS, .id, .enable, .compress, .notify, .namespace, .list, .status,
            .examine,
            .select, .unselect, .uidSearch, .uidThread, .uidFetch:
            false
        }
    }

    var secrets: [String] {
        switch self {
        case .login(let username, let password), .authenticatePlain(let username, let password, _):
            [password, username]
        case .authenticateXOAuth2(let username, let accessToken, _),
            .authenticateOAuthBearer(let username, let accessToken, _, _, _):
            [accessToken, username]
        case .authenticateScram(_, let username, _): [username]
        case .capability, .noop, .logout, .startTLS, .id, .enable, .compress, .notify, .namespace, .list, .status,
            .examine,
            .select, .unselect, .uidSearch, .uidThread, .uidFetch:
            []
        }
    }
}

/// What LIST is asked to return besides names (RFC 5258, RFC 5819, RFC 6154).
package enum ListReturn: Sendable, Hashable {
    case specialUse
    case status([StatusItem])
}
