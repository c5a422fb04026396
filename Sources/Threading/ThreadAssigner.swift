// Threads: which messages are one conversation (product.md §5).
//
// Two messages are in one thread when a chain of link keys leads from one to the other: Message-ID, In-Reply-To,
// References, a provider's thread id, a Thread-Index root. Keys outlive the messages that brought them, and exist
// before the messages that they name, so the order in which mail comes doesn't matter:
//
//     reply to <x> comes    ─▶ thread A, rows: its own id (seen), <x> (not seen) ─▶ A
//     another branch to <y> ─▶ thread B, rows: its own id (seen), <y> (not seen) ─▶ B
//     <x> comes, answers <y> ─▶ A and B are one thread; the older id stays, the other redirects to it
//
// Everything here is a pure function of its arguments; new ids come through a closure.
package import MailModel

/// Assigns batches of new messages to the threads of one account.
package enum ThreadAssigner {
    /// How many messages a thread may have. Beyond it lie no conversations, only programs that put the same id into
    /// everything they send; a page, a lock and a merge of such a thread would grow without end.
    package static let defaultBound = 10_000

    /// Assigns each message of a batch to a thread.
    ///
    /// The result depends on the batch's content, on `known` and on nothing else; cutting the same mail into other
    /// batches gives the same threads, except for guesses and for joins refused by the bound.
    ///
    /// - Parameters:
    ///   - batch: messages of one account, each once, in any order.
    ///   - known: stored threads of the batch's link keys, redirects already followed.
    ///   - subjectCandidates: recent stored messages by base subject (``BaseSubject/Parsed/base``), within
    ///     ``BaseSubject/reach`` of the batch's dates.
    ///   - threadSizes: messages in the stored threads that `known` and the candidates name; 0 where it says nothing.
    ///   - bound: how many messages a thread may have.
    ///   - heldApart: stored threads that a person split: no link joins one of them to another stored thread.
    ///   - ownAddresses: the account's own addresses, normalised. They are in all of its mail and so don't count as
    ///     a participant in common.
    ///   - makeID: gives the next id; called once for each new thread, in order of the batch.
    package static func assign(
        batch: [ThreadableMessage], known: [LinkKey: ThreadID], subjectCandidates: [String: [SubjectCandidate]] = [:],
        threadSizes: [ThreadID: Int] = [:], bound: Int = defaultBound, heldApart: Set<ThreadID> = [],
        ownAddresses: Set<String> = [], makeID: () -> ThreadID
    ) -> ThreadAssignment {
        var graph = ThreadGraph(
            messages: batch.count, known: known, threadSizes: threadSizes, bound: bound, heldApart: heldApart)
        let keys = batch.map(\.linkKeys)
        var assignment = ThreadAssignment()
        for (message, keys) in keys.enumerated() {
            for key in keys {
                switch graph.join(message: message, to: key) {
                case .joined: continue
                case .refused(let reason):
                    assignment.refused.append(.init(message: message, key: key, reason: reason))
                }
            }
        }

        let guesser = SubjectGuesser(batch: batch, candidates: subjectCandidates, ownAddresses: ownAddresses)
        assignment.guessed = guesser.joinGuesses(in: &graph)

        assignment.threads = (0..<batch.count).map { message in
            let (thread, isNew) = graph.settle(message: message, makeID: makeID)
            if isNew { assignment.created.append(thread) }
            return thread
        }
        for (from, into) in graph.mergedThreads() {
            assignment.successors[from] = into
            assignment.merged.append(.init(from: from, into: into))
        }
        assignment.links = links(batch: batch, keys: keys, known: known, graph: &graph)
        return assignment
    }

    private static func links(
        batch: [ThreadableMessage], keys: [[LinkKey]], known: [LinkKey: ThreadID], graph: inout ThreadGraph
    ) -> [ThreadAssignment.Link] {
        var order: [LinkKey] = []
        var seen: [LinkKey: Bool] = [:]
        for (message, keys) in zip(batch, keys) {
            for key in keys {
                let bears = message.bears(key)
                if let before = seen[key] {
                    if bears && !before { seen[key] = true }
                } else {
                    seen[key] = bears
                    order.append(key)
                }
            }
        }
        return order.compactMap { key in
            guard let thread = graph.thread(of: key) else { return nil }
            let isSeen = seen[key] ?? false
            if !isSeen, known[key] == thread { return nil }
            return ThreadAssignment.Link(key: key, thread: thread, seen: isSeen)
        }
    }
}
