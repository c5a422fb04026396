import MailModel

/// What is known so far of the old threads that are sought on the server: found messages, and ids that have been asked
/// for. Closing over them ends when no id is left to ask for, or at the bound.
struct ThreadSearch: Sendable {
    private(set) var relatives: Set<Relative> = []
    private var asked: Set<HeaderMessageID> = []
    private let bound: Int

    /// - Parameter bound: messages beyond which no more are sought: what is larger is no conversation.
    init(bound: Int) { self.bound = bound }

    /// The messages that bear an id.
    func bearers(of id: HeaderMessageID) -> [Relative] { relatives.filter { $0.messageID == id } }

    mutating func add(_ found: [Relative]) { relatives.formUnion(found) }

    /// Ids that found messages bear or name and that nobody has asked for yet; empty at the bound.
    mutating func next() -> [HeaderMessageID] {
        guard relatives.count < bound else { return [] }
        let open = Set(relatives.flatMap(\.ids)).subtracting(asked).sorted()
        asked.formUnion(open)
        return open
    }

    /// The messages of the thread of one id, by what ties them.
    func thread(of id: HeaderMessageID) -> Set<Relative> {
        var known: Set<HeaderMessageID> = [id]
        var thread: Set<Relative> = []
        while true {
            let more = relatives.subtracting(thread).filter { !known.isDisjoint(with: $0.ids) }
            if more.isEmpty { return thread }
            thread.formUnion(more)
            known.formUnion(more.flatMap(\.ids))
        }
    }
}
