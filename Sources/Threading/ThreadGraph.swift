import MailModel

/// Messages of a batch, keys and stored threads as nodes of one union-find, with what each set has to obey.
struct ThreadGraph {
    enum Outcome: Equatable {
        case joined
        case refused(ThreadAssignment.RefusedJoin.Reason)
    }

    /// What is true of a whole set; kept at its root.
    private struct Traits {
        /// Of the batch, and of the stored threads in the set.
        var messages = 0
        /// The thread of the set's messages: the smallest stored id, or the one made for it.
        var thread: ThreadID?
        /// Whether one of its stored threads was split by a person.
        var isHeldApart = false
    }

    private let known: [LinkKey: ThreadID]
    private let threadSizes: [ThreadID: Int]
    private let bound: Int
    private let heldApart: Set<ThreadID>

    private var sets: DisjointSets
    private var traits: [Traits]
    private var nodeOfKey: [LinkKey: Int] = [:]
    private var nodeOfThread: [ThreadID: Int] = [:]

    /// - Parameter messages: how many messages the batch has; they are the nodes from 0.
    init(
        messages: Int, known: [LinkKey: ThreadID], threadSizes: [ThreadID: Int], bound: Int, heldApart: Set<ThreadID>
    ) {
        self.known = known
        self.threadSizes = threadSizes
        self.bound = bound
        self.heldApart = heldApart
        sets = DisjointSets(count: messages)
        traits = Array(repeating: Traits(messages: 1), count: messages)
        nodeOfKey.reserveCapacity(messages * 3)
    }

    mutating func join(message: Int, to key: LinkKey) -> Outcome { join(message, node(of: key)) }

    mutating func join(message: Int, to thread: ThreadID) -> Outcome { join(message, node(of: thread)) }

    mutating func join(message: Int, toMessage other: Int) -> Outcome { join(message, other) }

    mutating func areTogether(message: Int, other: Int) -> Bool { sets.root(of: message) == sets.root(of: other) }

    mutating func areTogether(message: Int, thread: ThreadID) -> Bool {
        sets.root(of: message) == sets.root(of: node(of: thread))
    }

    /// Whether neither another message nor a stored thread is in its set.
    mutating func isAlone(message: Int) -> Bool {
        let traits = traits[sets.root(of: message)]
        return traits.messages == 1 && traits.thread == nil
    }

    /// The thread of a message, made now if its set has none.
    mutating func settle(message: Int, makeID: () -> ThreadID) -> (thread: ThreadID, isNew: Bool) {
        let root = sets.root(of: message)
        if let thread = traits[root].thread { return (thread, false) }
        let thread = makeID()
        traits[root].thread = thread
        return (thread, true)
    }

    /// The thread of a key; `nil` for one that nothing has brought, or whose set is not settled.
    mutating func thread(of key: LinkKey) -> ThreadID? { nodeOfKey[key].flatMap { traits[sets.root(of: $0)].thread } }

    /// Stored threads whose set goes by another's id, ascending.
    mutating func mergedThreads() -> [(from: ThreadID, into: ThreadID)] {
        var merged: [(from: ThreadID, into: ThreadID)] = []
        for (thread, node) in nodeOfThread {
            if let into = traits[sets.root(of: node)].thread, into != thread { merged.append((thread, into)) }
        }
        return merged.sorted { $0.from < $1.from }
    }

    private mutating func node(of key: LinkKey) -> Int {
        if let node = nodeOfKey[key] { return node }
        // All keys of one stored thread are one node: they were joined when it was stored.
        let made = known[key].map { node(of: $0) } ?? addNode(Traits())
        nodeOfKey[key] = made
        return made
    }

    private mutating func node(of thread: ThreadID) -> Int {
        if let node = nodeOfThread[thread] { return node }
        let made = addNode(
            Traits(messages: threadSizes[thread] ?? 0, thread: thread, isHeldApart: heldApart.contains(thread)))
        nodeOfThread[thread] = made
        return made
    }

    private mutating func addNode(_ node: Traits) -> Int {
        traits.append(node)
        return sets.add()
    }

    private mutating func join(_ left: Int, _ right: Int) -> Outcome {
        let a = traits[sets.root(of: left)]
        let b = traits[sets.root(of: right)]
        if sets.root(of: left) == sets.root(of: right) { return .joined }
        if a.messages > 0, b.messages > 0, a.messages + b.messages > bound { return .refused(.threadFull) }
        if a.thread != nil, b.thread != nil, a.isHeldApart || b.isHeldApart { return .refused(.heldApart) }
        let root = sets.join(left, right)
        traits[root] = Traits(
            messages: a.messages + b.messages, thread: Self.older(a.thread, b.thread),
            isHeldApart: a.isHeldApart || b.isHeldApart)
        return .joined
    }

    /// Ids are version 7 UUIDs: the smaller was made first.
    private static func older(_ left: ThreadID?, _ right: ThreadID?) -> ThreadID? {
        guard let left else { return right }
        guard let right else { return left }
        return min(left, right)
    }
}
