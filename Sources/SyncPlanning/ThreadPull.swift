package import MailModel
package import Threading

/// Gathers a whole thread from a server by searches, beginning with what a tracked action names: each id that turns up
/// is searched in turn, until nothing new does.
///
/// ```
/// seeds ─▶ next ─▶ search each key in every folder of the scope ─▶ entries ─▶ take ─▶ next …  (empty: whole)
/// ```
///
/// A search proposes, the entries' own header fields decide: IMAP finds substrings, and what only looks alike stays
/// outside until something truly ties it.
package struct ThreadPull: Sendable {
    /// The thread as found so far, by folder; no set is empty.
    package private(set) var members: [FolderID: UIDSet] = [:]
    /// How many messages that is, by places.
    package private(set) var count = 0
    /// Whether a bound kept something out: the thread is then as whole as it will be.
    package private(set) var isCut = false

    private struct Place: Hashable {
        let folder: FolderID
        let uid: UID
    }

    private var keys: Set<LinkKey> = []
    private var pending: [LinkKey] = []
    private var handedOut = 0
    private var taken: Set<Place> = []
    /// Entries that were found and that nothing ties to the thread yet, by each of their keys.
    private var outside: [LinkKey: [IndexEntry]] = [:]
    private var known: Set<Place> = []
    private let searches: Int
    private let messages: Int

    /// - Parameters:
    ///   - seeds: nearest first; they are searched in this order.
    ///   - searches: how many keys are searched at most.
    ///   - messages: how many messages the thread may have, as when it is stored.
    package init(seeds: [LinkKey], searches: Int = 500, messages: Int = ThreadAssigner.defaultBound) {
        precondition(searches > 0 && messages > 0, "a pull may search and find something")
        self.searches = searches
        self.messages = messages
        for key in seeds { add(key) }
    }

    /// The next keys to search, each handed out once: Message-IDs in `Message-ID`, `In-Reply-To` and `References`, a
    /// provider's thread by its own search key. Empty when the thread is whole, or a bound is met.
    package mutating func next(_ count: Int) -> [LinkKey] {
        precondition(count > 0, "at least one key is asked for")
        let room = min(count, searches - handedOut, pending.count)
        if room < min(count, pending.count) { isCut = true }
        guard room > 0 else { return [] }
        defer {
            pending.removeFirst(room)
            handedOut += room
        }
        return Array(pending[..<room])
    }

    /// Takes what searches found, in any order, each entry any number of times.
    ///
    /// - Returns: what joined the thread by it, now or out of what was found before.
    @discardableResult
    package mutating func take(_ entries: some Sequence<IndexEntry>) -> [IndexEntry] {
        var joined: [IndexEntry] = []
        var queue = Array(entries)
        while let entry = queue.popLast() {
            let place = Place(folder: entry.folder, uid: entry.uid)
            guard !taken.contains(place) else { continue }
            let own = entry.linkKeys
            guard own.contains(where: keys.contains) else {
                // Searches for other keys find the same again.
                if known.insert(place).inserted { for key in own { outside[key, default: []].append(entry) } }
                continue
            }
            guard count < messages else {
                isCut = true
                return joined
            }
            taken.insert(place)
            members[entry.folder, default: UIDSet()].insert(entry.uid)
            count += 1
            joined.append(entry)
            for key in own where add(key) { queue += outside.removeValue(forKey: key) ?? [] }
        }
        return joined
    }

    /// Whether the key is new.
    @discardableResult
    private mutating func add(_ key: LinkKey) -> Bool {
        guard keys.insert(key).inserted else { return false }
        switch key {
        case .messageID, .providerThread: pending.append(key)
        // No server searches for a part of a header's base64.
        case .threadIndexRoot: break
        }
        return true
    }
}
