import MailModel
import Testing

@testable import SyncPlanning

@Suite("Stored flags are the server's")
struct FlagDifferencesTests {
    private static func flags(_ table: [Int: [Flag]]) -> [UID: Set<Flag>] {
        Dictionary(uniqueKeysWithValues: table.map { (Make.uid($0.key), Set($0.value)) })
    }

    @Test("equal flags, in any order and case, are no difference, and \\Recent is none")
    func equal() {
        let differences = FlagDifferences.compare(
            server: Self.flags([1: [.seen, Flag("Work"), .recent], 2: []]),
            stored: Self.flags([1: [Flag("WORK"), Flag("\\SEEN")], 2: [.recent]]))
        #expect(differences.isEmpty)
    }

    @Test("what is missing and what is extra are told apart, UID by UID, and what isn't told is unknown")
    func different() {
        let differences = FlagDifferences.compare(
            server: Self.flags([9: [.seen], 1: [.seen, .flagged], 3: [.seen], 50: [.seen]]),
            stored: Self.flags([9: [], 1: [.seen, .answered], 3: [.seen], 4: [.seen]]))
        #expect(
            differences.differences == [
                .init(uid: Make.uid(1), missing: [.flagged], extra: [.answered]),
                .init(uid: Make.uid(9), missing: [.seen], extra: []),
            ])
        #expect(differences.unknown == Make.uids(4))
        #expect(!differences.isEmpty)
    }

    @Test("a sample has both ends and is spread between them", arguments: 0..<50)
    func sample(seed: Int) {
        let placed = UIDSet((1...500).map { Make.uid($0 * 3) })
        let sample = AuditSample.choose(from: placed, count: 20, seed: UInt64(seed))
        #expect(sample.count == 20)
        #expect(sample.subtracting(placed).isEmpty)
        #expect(sample.first == placed.first && sample.last == placed.last)
        let gaps = zip(sample.uids, sample.uids.dropFirst()).map { ($1.rawValue - $0.rawValue) / 3 }
        #expect((gaps.max() ?? 0) < 60)
    }

    @Test("another seed samples others, and in the end all")
    func allInTheEnd() {
        let placed = UIDSet((1...60).map(Make.uid))
        let seen = (0..<300).reduce(UIDSet()) {
            $0.union(AuditSample.choose(from: placed, count: 10, seed: UInt64($1)))
        }
        #expect(seen == placed)
    }

    @Test("a sample is never more than there is, nor more than was asked for")
    func edges() {
        #expect(AuditSample.choose(from: UIDSet(), count: 5, seed: 1).isEmpty)
        #expect(AuditSample.choose(from: Make.uids(1, 2), count: 5, seed: 1) == Make.uids(1, 2))
        #expect(AuditSample.choose(from: Make.uids(1, 2, 3), count: 1, seed: 1).count == 1)
        #expect(AuditSample.choose(from: Make.uids(1, 2, 3, 4), count: 3, seed: 1).count == 3)
    }
}
