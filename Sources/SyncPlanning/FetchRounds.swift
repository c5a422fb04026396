import MailModel

/// Cuts planned threads into rounds.
///
/// A fetch goes folder by folder in UID order, so within one round nothing is newest first; a small first round fills
/// the page at once, and larger ones later keep the number of commands and folder changes low.
package enum FetchRounds {
    /// Each round has this many times the messages of the one before, up to the bound.
    static let growth = 4

    /// - Parameters:
    ///   - threads: in the order in which they shall come.
    ///   - firstMessages: how many messages the first round has at most.
    ///   - messages: how many a later round has at most.
    ///   - bytes: how many octets a round has at most, by RFC822.SIZE.
    /// - Returns: rounds in the threads' order. A thread is never cut: one that is beyond the bounds by itself is a
    ///   round by itself.
    package static func cut(
        _ threads: [PlannedThread], firstMessages: Int = 64, messages: Int = 2_000, bytes: Int = 64 << 20
    ) -> [FetchRound] {
        precondition(firstMessages > 0 && messages > 0 && bytes > 0, "a round holds at least one message")
        var rounds: [FetchRound] = []
        var room = min(firstMessages, messages)
        var open = OpenRound()
        for thread in threads {
            let threadBytes = thread.bytes
            if open.threads > 0, open.messages + thread.members.count > room || open.bytes + threadBytes > bytes {
                rounds.append(open.closed())
                open = OpenRound()
                room = min(room * growth, messages)
            }
            open.add(thread, bytes: threadBytes)
        }
        if open.threads > 0 { rounds.append(open.closed()) }
        return rounds
    }

    private struct OpenRound {
        private var uids: [FolderID: [UID]] = [:]
        private(set) var threads = 0
        private(set) var messages = 0
        private(set) var bytes = 0

        mutating func add(_ thread: PlannedThread, bytes threadBytes: Int) {
            for member in thread.members { uids[member.folder, default: []].append(member.uid) }
            threads += 1
            messages += thread.members.count
            bytes += threadBytes
        }

        func closed() -> FetchRound { FetchRound(uids: uids.mapValues { UIDSet($0) }, threads: threads) }
    }
}
