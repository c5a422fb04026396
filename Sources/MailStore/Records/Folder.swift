package import MailModel
import Postgres

/// A folder of an account as it is stored: the server's name, what was chosen, and the cursor.
package struct Folder: Sendable, Hashable {
    package let id: FolderID
    package var path: FolderPath
    package var role: FolderRole?
    package var isSelectable: Bool
    package var isChosen: Bool
    /// T of this folder, once it is watched (chosen, or Sent).
    package var startedAt: EpochSeconds?
    package var cursor: FolderCursor?
    /// RFC 8474: stays when the folder is renamed.
    package var mailboxID: String?
    /// Whether messages lie in it, as far as is known.
    package var hasPlacements = false
    /// Until when it is left alone, since its UIDVALIDITY changes all the time.
    package var parkedUntil: EpochSeconds?
    /// The latest moments at which its UIDVALIDITY changed, oldest first; at most 6.
    package var restagedAt: [EpochSeconds] = []
    /// To the microsecond, so that whoever settles what is due can tell whether it came due anew meanwhile.
    var standingDueAt: PostgresTimestamp?

    package init(
        id: FolderID, path: FolderPath, role: FolderRole?, isSelectable: Bool, isChosen: Bool,
        startedAt: EpochSeconds? = nil, cursor: FolderCursor? = nil
    ) {
        self.id = id
        self.path = path
        self.role = role
        self.isSelectable = isSelectable
        self.isChosen = isChosen
        self.startedAt = startedAt
        self.cursor = cursor
    }

    /// Chosen folders and Sent are watched from Start on: replies from other mail programs appear in Sent.
    package var isWatched: Bool { isSelectable && (isChosen || role == .sent) }

    /// A folder that nobody chose, into which messages were followed that had left those that are watched.
    package var isFollowed: Bool { isSelectable && !isWatched && hasPlacements }

    /// Whether its messages don't say yet what its being watched, or no longer, means for them:
    /// ``Store/settleStanding(of:under:)``.
    package var needsSettling: Bool { standingDueAt != nil }
}
