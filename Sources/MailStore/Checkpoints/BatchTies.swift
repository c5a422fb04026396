import MailModel
import Threading

/// What ties the messages of one checkpoint to those stored before and to each other.
struct BatchTies {
    private let keys: [[LinkKey]]
    private let stored: [LinkKey: ThreadID]
    /// How many messages of the batch have a link.
    private var counts: [LinkKey: Int] = [:]
    /// Ids that messages of the batch bear themselves.
    private var borne: Set<HeaderMessageID> = []

    init(_ batch: [ThreadableMessage], stored: [LinkKey: ThreadID]) {
        keys = batch.map(\.linkKeys)
        self.stored = stored
        for (message, keys) in zip(batch, keys) {
            if let id = message.messageID { borne.insert(id) }
            // Alone, it has nothing in common with anything but what is stored.
            if batch.count > 1 { for key in keys { counts[key, default: 0] += 1 } }
        }
    }

    /// The link, in the order of its keys, that a message has in common with one stored before, else with another of
    /// the batch.
    func first(of message: Int) -> LinkKey? {
        let keys = keys[message]
        return keys.first { stored[$0] != nil } ?? keys.first { (counts[$0] ?? 0) > 1 }
    }

    /// Whether what a claim wants most is neither stored nor in the batch.
    ///
    /// - Parameter seen: links that stored messages bear.
    func misses(_ claim: TrackedClaim, seen: Set<LinkKey>) -> Bool {
        guard let link = claim.decisiveLink else { return true }
        if case .messageID(let id) = link, borne.contains(id) { return false }
        return !seen.contains(link)
    }
}
