import MailModel
import Threading

@testable import SyncPlanning

/// Short spellings of values for the tests of this module.
enum Make {
    static let inbox = folder(1)
    static let sent = folder(2)
    static let archive = folder(3)

    /// T in most tests: 2026-03-02T12:00:00Z.
    static let start = EpochSeconds(1_772_452_800)
    static let window = Window(start: start)
    static let windows = [inbox: window, sent: window, archive: window]

    static func folder(_ n: Int) -> FolderID { FolderID(UUIDv7.make(milliseconds: UInt64(n), random: (0, 0))) }
    static func message(_ n: Int) -> MessageID { MessageID(UUIDv7.make(milliseconds: UInt64(n), random: (0, 0))) }
    static func path(_ text: String) -> FolderPath { FolderPath(raw: Array(text.utf8), display: text) }
    static func uid(_ n: Int) -> UID { UID(rawValue: UInt32(n))! }
    static func id(_ text: String) -> HeaderMessageID { HeaderMessageID(rawValue: text)! }
    static func uids(_ numbers: Int...) -> UIDSet { UIDSet(numbers.map(uid)) }

    /// - Parameter age: seconds before T.
    static func entry(
        _ folder: FolderID, _ number: Int, age: Int64, id own: String? = nil, replyTo: [String] = [],
        references: [String] = [], provider: String? = nil, copyOf: String? = nil, size: Int = 1_000
    ) -> IndexEntry {
        IndexEntry(
            folder: folder, uid: uid(number), internalDate: start - age, size: size, messageID: own.map(id),
            inReplyTo: replyTo.map(id), references: references.map(id), providerThreadID: provider,
            providerMessageID: copyOf)
    }

    /// One in INBOX.
    static func entry(
        _ number: Int, age: Int64, id own: String? = nil, replyTo: [String] = [], references: [String] = [],
        provider: String? = nil
    ) -> IndexEntry {
        entry(inbox, number, age: age, id: own, replyTo: replyTo, references: references, provider: provider)
    }
}

extension FirstSyncPlan {
    /// What is still to be fetched, as (folder, UID).
    var fetched: Set<Placement> {
        Set(remaining.flatMap(\.members).map { Placement(folder: $0.folder, uid: $0.uid) })
    }
}

/// A message in one place.
struct Placement: Hashable {
    let folder: FolderID
    let uid: UID
}
