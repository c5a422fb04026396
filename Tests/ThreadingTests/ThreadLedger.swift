import MailModel

@testable import Threading

/// What a database keeps of threads, in memory: rows of keys, redirects and messages, written only as an assignment
/// says.
struct ThreadLedger {
    private(set) var rows: [LinkKey: (thread: ThreadID, seen: Bool)] = [:]
    private var redirects: [ThreadID: ThreadID] = [:]
    private var threadOfMessage: [Int: ThreadID] = [:]
    private let ids: ThreadIDs

    init(firstID: Int = 1) { ids = ThreadIDs(from: firstID) }

    /// Assigns and stores a batch of (number, message).
    @discardableResult
    mutating func store(
        _ batch: [(Int, ThreadableMessage)], bound: Int = ThreadAssigner.defaultBound
    ) -> ThreadAssignment {
        var known: [LinkKey: ThreadID] = [:]
        for key in batch.flatMap({ $0.1.linkKeys }) {
            if let row = rows[key] { known[key] = resolve(row.thread) }
        }
        var sizes: [ThreadID: Int] = [:]
        for thread in threadOfMessage.values { sizes[resolve(thread), default: 0] += 1 }
        let assignment = ThreadAssigner.assign(
            batch: batch.map(\.1), known: known, threadSizes: sizes, bound: bound, makeID: ids.make)
        for merge in assignment.merged { redirects[merge.from] = merge.into }
        for link in assignment.links { rows[link.key] = (link.thread, link.seen || rows[link.key]?.seen ?? false) }
        for (position, item) in batch.enumerated() { threadOfMessage[item.0] = assignment.threads[position] }
        return assignment
    }

    private func resolve(_ thread: ThreadID) -> ThreadID {
        var thread = thread
        while let next = redirects[thread] { thread = next }
        return thread
    }

    func thread(of message: Int) -> ThreadID? { threadOfMessage[message].map(resolve) }

    /// Which messages are together, as sets of numbers.
    var groups: Set<Set<Int>> {
        var groups: [ThreadID: Set<Int>] = [:]
        for (message, thread) in threadOfMessage { groups[resolve(thread), default: []].insert(message) }
        return Set(groups.values)
    }
}
