import MailModel
import SyncPlanning

/// Which of a plan's messages are fetched and which are copies of those: one message of Gmail lies under any number of
/// labels, and every place says the same provider's id.
struct CopyPlan {
    /// The planned threads with each message once.
    private(set) var fetched: [PlannedThread] = []
    /// The other places of messages that are fetched.
    private(set) var postponed: [IndexEntry] = []

    /// - Parameter placed: entries that are placed by now, since their messages were stored before.
    init(_ threads: [PlannedThread], entries: [IndexEntry], placed: [IndexEntry]) {
        let done = Set(placed.map { MessagePlace(folder: $0.folder, uid: $0.uid) })
        guard entries.contains(where: { $0.providerMessageID != nil }) else {
            fetched = threads
            return
        }
        let entryOf = Dictionary(
            entries.map { (MessagePlace(folder: $0.folder, uid: $0.uid), $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        for thread in threads {
            var members: [PlannedThread.Member] = []
            for member in thread.members where !done.contains(MessagePlace(folder: member.folder, uid: member.uid)) {
                guard let entry = entryOf[MessagePlace(folder: member.folder, uid: member.uid)],
                    let id = entry.providerMessageID
                else {
                    members.append(member)
                    continue
                }
                if seen.insert(id).inserted { members.append(member) } else { postponed.append(entry) }
            }
            if !members.isEmpty { fetched.append(PlannedThread(newest: thread.newest, members: members)) }
        }
    }

    /// The postponed places that have not been placed.
    func postponed(without placed: [IndexEntry]) -> [FolderID: UIDSet] {
        let done = Set(placed.map { MessagePlace(folder: $0.folder, uid: $0.uid) })
        return Dictionary(
            grouping: postponed.filter { !done.contains(MessagePlace(folder: $0.folder, uid: $0.uid)) }, by: \.folder
        ).mapValues { UIDSet($0.map(\.uid)) }
    }
}
