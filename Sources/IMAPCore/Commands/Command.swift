package import MailModel

/// A command to the server, as a value. Those that change mail, and IDLE, belong to other places and are not here yet.
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
    case enable([String])
    case namespace
    /// - `pattern`: `*` for all folders, or a name without wildcards.
    /// - `returning`: options of LIST-EXTENDED; empty for the plain command.
    case list(pattern: String, returning: [ListReturn])
    case status(FolderPath, [StatusItem])
    /// Opens a folder read-only.
    case examine(FolderPath)
    case select(FolderPath)
    case unselect
    /// - `extended`: asks by RETURN (ALL), which gives ranges (RFC 4731).
    case uidSearch(SearchKey, extended: Bool)
    case uidThread(ThreadAlgorithm, SearchKey)
    case uidFetch(UIDSet, [FetchItem])

    /// Its name for people and errors.
    package var name: String {
        switch self {
        case .capability: "CAPABILITY"
        case .noop: "NOOP"
        case .logout: "LOGOUT"
        case .startTLS: "STARTTLS"
        case .id: "ID"
        case .login: "LOGIN"
        case .authenticatePlain, .authenticateXOAuth2: "AUTHENTICATE"
        case .enable: "ENABLE"
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
        case .login, .authenticatePlain, .authenticateXOAuth2: true
        case .capability, .noop, .logout, .startTLS, .id, .enable, .namespace, .list, .status, .examine, .select,
            .unselect, .uidSearch, .uidThread, .uidFetch:
            false
        }
    }

    var secrets: [String] {
        switch self {
        case .login(let username, let password), .authenticatePlain(let username, let password, _):
            [password, username]
        case .authenticateXOAuth2(let username, let accessToken, _): [accessToken, username]
        case .capability, .noop, .logout, .startTLS, .id, .enable, .namespace, .list, .status, .examine, .select,
            .unselect, .uidSearch, .uidThread, .uidFetch:
            []
        }
    }
}

/// What LIST is asked to return besides names (RFC 5258, RFC 5819, RFC 6154).
package enum ListReturn: Sendable, Hashable {
    case specialUse
    case status([StatusItem])
}
