package import MailModel

/// Which accounts a listener holds a connection for, and which of their folders push.
package enum PushRule {
    /// - Parameters:
    ///   - state: of the account. First syncs are for workers, and an account that can't be reached is retried by its
    ///     visits; it has a home again once it is live.
    ///   - planAllowsPush: of its organization, by Entitlements.
    package static func isPushed(state: AccountState, planAllowsPush: Bool) -> Bool {
        switch state {
        case .live: planAllowsPush
        case .connected, .initialSync, .paused, .suspended, .needsReauthentication, .unreachable, .disconnected: false
        }
    }

    /// A watched folder.
    package struct Folder: Sendable, Hashable {
        package var id: FolderID
        package var role: FolderRole?

        package init(id: FolderID, role: FolderRole? = nil) {
            self.id = id
            self.role = role
        }
    }

    /// In which order folders are worth a connection that idles on one: IDLE tells of the selected folder alone.
    ///
    /// INBOX first, then Sent, where replies from other mail programs appear, then a folder of all mail, then the rest
    /// as given. With NOTIFY one connection tells of all of them.
    package static func order(_ watched: [Folder]) -> [FolderID] {
        func rank(_ role: FolderRole?) -> Int {
            switch role {
            case .inbox: 0
            case .sent: 1
            case .all: 2
            case .drafts, .trash, .junk, .archive, nil: 3
            }
        }
        return watched.enumerated().sorted { (rank($0.element.role), $0.offset) < (rank($1.element.role), $1.offset) }
            .map(\.element.id)
    }
}
