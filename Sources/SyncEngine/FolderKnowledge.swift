import MailModel

/// What is known of one folder's present generation while a visit works on it.
struct FolderKnowledge: Sendable {
    private(set) var placed: UIDSet
    private(set) var skipped: UIDSet
    /// Placed or skipped when the visit began, and no longer in the folder.
    private(set) var vanished = UIDSet()

    init(placed: UIDSet, skipped: UIDSet) {
        self.placed = placed
        self.skipped = skipped
    }

    /// Every UID that is placed or skipped and, as far as is known, still there.
    var all: UIDSet { placed.union(skipped) }

    /// These are in the folder, and will be placed or skipped when the visit is done.
    mutating func add(placed: UIDSet, skipped: UIDSet) {
        self.placed = self.placed.union(placed)
        self.skipped = self.skipped.union(skipped)
    }

    /// These are gone from the folder; those that nobody knew of don't matter.
    mutating func remove(_ uids: UIDSet) {
        vanished = vanished.union(uids.intersection(all))
        placed = placed.subtracting(uids)
        skipped = skipped.subtracting(uids)
    }

    /// Whether it is as many messages as the server counted. What came after the count has UIDs from UIDNEXT on.
    func agrees(exists: Int, uidNext: UID?) -> Bool {
        count(below: uidNext) == exists
    }

    /// Whether the server counted more than is known.
    func lacks(exists: Int, uidNext: UID?) -> Bool { count(below: uidNext).map { $0 < exists } ?? false }

    /// `nil` where the server doesn't tell which messages it counted.
    private func count(below uidNext: UID?) -> Int? {
        guard let uidNext else { return nil }
        guard let last = UID(rawValue: uidNext.rawValue - 1) else { return 0 }
        return all.intersection(UIDSet(UID.min...last)).count
    }
}
