package import MailModel

/// Where a message stands, judged by all its placements (product.md §4).
package enum MessageStanding: Sendable, Hashable {
    /// In a watched folder, neither in Trash nor marked for deletion.
    case inScope
    /// In other folders only: it has left the chosen ones, was followed, and is kept.
    case outOfScope
    /// Nowhere but in Trash, or flagged `\Deleted` wherever it is.
    case trashed
    /// Nowhere. Only once it was sought everywhere is it deleted.
    case gone

    /// One place that a message is in.
    package struct Placement: Sendable, Hashable {
        package var isWatched: Bool
        package var role: FolderRole?
        /// `\Deleted`.
        package var isDeleted: Bool

        package init(isWatched: Bool, role: FolderRole? = nil, isDeleted: Bool = false) {
            self.isWatched = isWatched
            self.role = role
            self.isDeleted = isDeleted
        }

        var isTrashed: Bool { role == .trash || isDeleted }
    }

    package init(placements: some Sequence<Placement>) {
        var standing = MessageStanding.gone
        for placement in placements {
            if placement.isTrashed {
                if standing == .gone { standing = .trashed }
            } else if placement.isWatched {
                self = .inScope
                return
            } else {
                standing = .outOfScope
            }
        }
        self = standing
    }
}
