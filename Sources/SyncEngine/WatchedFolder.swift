import IMAPCore
import MailModel
import MailStore
import SyncPlanning

/// A watched or followed folder and what the server said of it before the visit began: the state that is saved at the visit's end,
/// so that whatever arrives meanwhile still shows as a difference.
struct WatchedFolder: Sendable {
    let folder: Folder
    let uidValidity: UIDValidity
    /// `nil` where the server doesn't tell.
    let uidNext: UID?
    let exists: Int
    let highestModSequence: ModSequence?
    let window: Window

    /// What is asked of the server for each.
    static let statusItems: [StatusItem] = [.messages, .uidNext, .uidValidity, .highestModSequence]

    /// - Returns: `nil` where the server left out what the folder can't be read without, its UIDVALIDITY and its count.
    init?(_ folder: Folder, startedAt: EpochSeconds, windowSeconds: Int64, status: MailboxStatus) {
        guard let uidValidity = status.uidValidity, let messages = status.messages else { return nil }
        self.folder = folder
        self.uidValidity = uidValidity
        uidNext = status.uidNext.flatMap { UID(rawValue: $0) }
        exists = Int(messages)
        highestModSequence = status.highestModSequence
        window = Window(start: startedAt, seconds: windowSeconds)
    }

    /// Whether something of the folder's present generation was never carried through. UIDs of an unstable
    /// generation mean nothing beyond one session, so it never is.
    var isUnproven: Bool {
        !uidValidity.isStable || folder.cursor?.uidValidity != uidValidity || folder.cursor?.proven == nil
    }

    /// Whether its UIDs mean something else than those that are stored of it.
    var isRestaged: Bool {
        guard let cursor = folder.cursor else { return false }
        return cursor.uidValidity != uidValidity || !uidValidity.isStable
    }

    /// Whether anything can be different from what was seen last. Without mod-sequences only asking tells of flags.
    var mayDiffer: Bool {
        guard let cursor = folder.cursor else { return !folder.isWatched }
        guard cursor.state == state else { return true }
        return exists > 0 && highestModSequence == nil
    }

    /// The cursor of a folder that isn't synced: what was seen, and nothing proven.
    var seenCursor: FolderCursor {
        FolderCursor(
            uidValidity: uidValidity, uidNext: uidNext, exists: exists, highestModSequence: highestModSequence,
            proven: nil)
    }

    /// The folder's cursor once everything that was there is placed or skipped. What came after the status was read has
    /// UIDs from UIDNEXT on, and is for the next visit.
    ///
    /// - Parameter highest: the highest UID that was seen, for a server that doesn't tell UIDNEXT.
    func provenCursor(highest: UID?) -> FolderCursor {
        let proven: UID? = uidNext.flatMap { UID(rawValue: $0.rawValue - 1) } ?? highest ?? folder.cursor?.proven
        // An empty folder is proven too; no message has a UID below the first.
        return FolderCursor(
            uidValidity: uidValidity, uidNext: uidNext, exists: exists, highestModSequence: highestModSequence,
            proven: proven ?? .min)
    }
}

extension WatchedFolder {
    var state: FolderState {
        FolderState(uidValidity: uidValidity, uidNext: uidNext, exists: exists, highestModSequence: highestModSequence)
    }
}

extension FolderCursor {
    var state: FolderState {
        FolderState(uidValidity: uidValidity, uidNext: uidNext, exists: exists, highestModSequence: highestModSequence)
    }
}
