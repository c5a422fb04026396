import Ancestry
import MailModel
import MailStore

/// One tracked action while its original is sought.
struct AncestorQuest: Sendable {
    private enum State: Sendable {
        case open
        /// Stored, or found on the server and pulled.
        case found(Checkpoint.Join.Ancestor, messages: Int)
        case missing
        case ambiguous
        /// Sought in vain not long ago.
        case missedBefore
        /// It was on its way here when the action was raised, in the same first sync.
        case neverMissing(HeaderMessageID)
    }

    let action: TrackedAction
    let wish: TrackedWish
    private var state = State.open
    /// What the provider's thread or a forwarded block led to.
    private var root: HeaderMessageID?
    /// The original, where it is stored without the rest of its thread.
    private var arrived: HeaderMessageID?
    private var isGuess = false

    init(_ action: TrackedAction, _ wish: TrackedWish) {
        self.action = action
        self.wish = wish
    }

    var isOpen: Bool { if case .open = state { true } else { false } }
    var isFound: Bool { if case .found = state { true } else { false } }

    /// The provider's thread, where nothing else names the original.
    var providerThread: String? { wish.ids.isEmpty && wish.block == nil ? wish.provider_thread : nil }

    func isFound(in search: ThreadSearch) -> Bool {
        !isOpen || root != nil || wish.ids.contains { !search.bearers(of: $0).isEmpty }
    }

    /// Whether a block is all there is to go by.
    func mustMatch(in search: ThreadSearch) -> Bool { wish.block != nil && !isFound(in: search) }

    /// - Parameter isFirstSync: whether the visit that raised the actions has just fetched all of the threads.
    mutating func takeStored(_ stored: [HeaderMessageID: [StoredAncestor]], isFirstSync: Bool) {
        guard isOpen, let id = wish.ids.first(where: { stored[$0] != nil }) else { return }
        // A farther ancestor that is stored doesn't make up for a nearer one that isn't.
        guard id == wish.ids.first else { return }
        // Where it came by itself since the action was raised, nobody has pulled what else there is of its thread.
        guard stored[id]?.contains(where: { $0.takenBy != .arrivalInThread }) == true else { return arrived = id }
        state = isFirstSync ? .neverMissing(id) : .found(.header(id), messages: 0)
    }

    mutating func takeMisses(_ missed: Set<HeaderMessageID>) {
        guard isOpen, arrived == nil, !wish.ids.isEmpty, wish.ids.allSatisfy(missed.contains) else { return }
        state = .missedBefore
    }

    mutating func take(_ found: [Relative], into search: inout ThreadSearch) {
        let others = found.filter { $0.messageID != nil }
        // The message itself is of its thread; alone it is no original.
        guard others.count > 1 else { return }
        search.add(others)
        root = others.min { ($0.internalDate, $0.uid) < ($1.internalDate, $1.uid) }?.messageID
    }

    mutating func takeGuess(stored id: MessageID) {
        isGuess = true
        state = .found(.stored(id), messages: 0)
    }

    mutating func takeGuess(_ relative: Relative, into search: inout ThreadSearch) {
        isGuess = true
        search.add([relative])
        root = relative.messageID
    }

    mutating func isAmbiguous() { state = .ambiguous }

    /// What the search came to.
    mutating func settle(by search: ThreadSearch) {
        guard isOpen else { return }
        guard let id = root ?? wish.ids.first(where: { !search.bearers(of: $0).isEmpty }) ?? arrived else {
            state = .missing
            return
        }
        state = .found(.header(id), messages: search.thread(of: id).count)
    }

    var outcome: Checkpoint.ActionOutcome {
        switch state {
        case .found(_, let messages):
            var result = ["ancestor": "found", "messages": "\(messages)"]
            if isGuess { result["guess"] = "forwarded_block" }
            return .init(id: action.id, state: .done, result: result)
        case .missing, .missedBefore, .open:
            return .init(id: action.id, state: .done, result: ["ancestor": "missing"])
        case .neverMissing:
            return .init(id: action.id, state: .superseded, result: ["ancestor": "stored"])
        case .ambiguous:
            return .init(id: action.id, state: .done, result: ["ancestor": "ambiguous"])
        }
    }

    var join: Checkpoint.Join? {
        switch state {
        case .found(let ancestor, _): .init(message: action.messageID, ancestor: ancestor, isGuess: isGuess)
        case .neverMissing(let id): .init(message: action.messageID, ancestor: .header(id), isGuess: false)
        case .open, .missing, .ambiguous, .missedBefore: nil
        }
    }

    var misses: [Checkpoint.Miss] {
        guard case .missing = state else { return [] }
        return wish.ids.map { .init(id: $0, everywhere: wish.isOwn) }
    }
}
