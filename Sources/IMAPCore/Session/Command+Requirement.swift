extension Command {
    /// In which phase of a session a command may be sent (RFC 9051 §6).
    enum Requirement {
        case any, startTLS, notAuthenticated, authenticated, selected
    }

    var requirement: Requirement {
        switch self {
        case .capability, .noop, .logout, .id: .any
        case .startTLS: .startTLS
        case .login, .authenticatePlain, .authenticateXOAuth2, .authenticateOAuthBearer, .authenticateScram:
            .notAuthenticated
        case .enable, .compress, .notify, .namespace, .list, .status, .examine, .select: .authenticated
        case .unselect, .uidSearch, .uidThread, .uidFetch: .selected
        }
    }
}
