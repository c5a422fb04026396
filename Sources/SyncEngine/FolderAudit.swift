package import MailModel

/// What an audit found in one folder.
package struct FolderAudit: Sendable {
    package let path: String
    package let isWatched: Bool
    /// UIDs that the server has.
    package internal(set) var onServer = 0
    package internal(set) var placed = 0
    package internal(set) var skipped: [SkipReason: Int] = [:]
    /// On the server, neither placed nor skipped.
    package internal(set) var missing = 0
    /// Placed or skipped, and not on the server any more.
    package internal(set) var vanished = 0
    package internal(set) var wrongFlags = 0
    /// Messages whose bytes were compared, and those that differ.
    package internal(set) var hashesCompared = 0
    package internal(set) var hashesWrong = 0
    /// Why the folder could not be compared; `nil` where it was.
    package internal(set) var problem: String?

    init(path: String, isWatched: Bool) {
        self.path = path
        self.isWatched = isWatched
    }

    /// Whether everything was as it should be.
    package var isComplete: Bool {
        problem == nil && missing == 0 && vanished == 0 && wrongFlags == 0 && hashesWrong == 0
    }

    /// How much was not as it should be.
    package var differences: Int { missing + vanished + wrongFlags + hashesWrong }
}
