package import MailModel

/// In which folders an ancestor is sought (product.md §3): a correspondent's message doesn't open the whole mailbox,
/// the user's own does, for that thread.
package struct SearchScope: Sendable, Hashable {
    /// A folder of the account, watched or not.
    package struct Folder: Sendable, Hashable {
        package var id: FolderID
        package var role: FolderRole?
        /// Whether it is chosen.
        package var isWatched: Bool
        /// `false` for `\Noselect` and `\NonExistent`.
        package var isSelectable: Bool

        package init(id: FolderID, role: FolderRole? = nil, isWatched: Bool, isSelectable: Bool = true) {
            self.id = id
            self.role = role
            self.isWatched = isWatched
            self.isSelectable = isSelectable
        }
    }

    /// The chosen folders and Sent, in the order given.
    package let near: [FolderID]
    /// To be searched only where nothing was found near: a folder of all mail, archives, then the others as given.
    package let far: [FolderID]

    package init(near: [FolderID], far: [FolderID]) {
        self.near = near
        self.far = far
    }

    package var all: [FolderID] { near + far }

    /// Trash, Spam and Drafts are searched only where they were chosen by name.
    package static func of(_ origin: AncestorClaim.Origin, folders: [Folder]) -> SearchScope {
        let open = folders.filter(\.isSelectable)
        let near = open.filter { $0.isWatched || $0.role == .sent }
        guard origin.isOwn else { return SearchScope(near: near.map(\.id), far: []) }
        let far = open.filter { !$0.isWatched && $0.role != .sent && $0.role?.isPulledByDefault ?? true }
        let ordered = far.enumerated().sorted { left, right in
            (rank(left.element.role), left.offset) < (rank(right.element.role), right.offset)
        }
        return SearchScope(near: near.map(\.id), far: ordered.map(\.element.id))
    }

    private static func rank(_ role: FolderRole?) -> Int {
        switch role {
        case .all: 0
        case .archive: 1
        case .inbox, .sent, .drafts, .trash, .junk, nil: 2
        }
    }
}
