import MailModel
import TestSupport
import Testing
import Threading

@testable import SyncPlanning

@Suite("Pulling a whole thread by searches")
struct ThreadPullTests {
    private static func key(_ text: String) -> LinkKey { .messageID(Make.id(text)) }

    /// What IMAP finds: every message one of whose fields has the text in it, anywhere.
    private static func search(_ key: LinkKey, in entries: [IndexEntry]) -> [IndexEntry] {
        switch key {
        case .messageID(let id):
            entries.filter { entry in
                ([entry.messageID].compactMap { $0 } + entry.inReplyTo + entry.references).contains { other in
                    other.rawValue.contains(id.rawValue)
                }
            }
        case .providerThread(let thread): entries.filter { $0.providerThreadID == thread }
        case .threadIndexRoot: []
        }
    }

    private static func pull(
        _ pull: inout ThreadPull, from entries: [IndexEntry], atOnce: Int = 1
    ) -> (found: Set<Placement>, searches: Int) {
        var searches = 0
        while true {
            let keys = pull.next(atOnce)
            if keys.isEmpty { break }
            searches += keys.count
            pull.take(keys.flatMap { search($0, in: entries) })
        }
        let found = pull.members.flatMap { folder, uids in uids.uids.map { Placement(folder: folder, uid: $0) } }
        return (Set(found), searches)
    }

    @Test("from its middle a thread is found whole: ancestors, other branches, and copies in other folders")
    func whole() {
        let entries = [
            Make.entry(1, age: 9, id: "a@x"), Make.entry(2, age: 8, id: "b@x", replyTo: ["a@x"]),
            Make.entry(Make.sent, 1, age: 7, id: "c@x", replyTo: ["b@x"]),
            Make.entry(Make.archive, 1, age: 9, id: "a@x"),
            Make.entry(3, age: 6, id: "d@x", references: ["a@x"]), Make.entry(4, age: 5, id: "e@x"),
        ]
        var pull = ThreadPull(seeds: [Self.key("b@x")])
        #expect(
            Self.pull(&pull, from: entries).found == [
                Placement(folder: Make.inbox, uid: Make.uid(1)), Placement(folder: Make.inbox, uid: Make.uid(2)),
                Placement(folder: Make.sent, uid: Make.uid(1)), Placement(folder: Make.archive, uid: Make.uid(1)),
                Placement(folder: Make.inbox, uid: Make.uid(3)),
            ])
        #expect(pull.count == 5)
        #expect(!pull.isCut)
    }

    @Test("what only contains the id stays outside")
    func substrings() {
        let entries = [
            Make.entry(1, age: 9, id: "a@x"), Make.entry(2, age: 8, id: "aa@x"),
            Make.entry(3, age: 7, id: "c@x", references: ["a@xy"]),
        ]
        var pull = ThreadPull(seeds: [Self.key("a@x")])
        #expect(Self.pull(&pull, from: entries).found == [Placement(folder: Make.inbox, uid: Make.uid(1))])
    }

    @Test("what was found by a substring joins once something truly ties it")
    func tiedLater() {
        // given: `aa@x` is found by the search for `a@x`, and tied by `z@x`, which is taken afterwards.
        var pull = ThreadPull(seeds: [Self.key("a@x")])
        #expect(pull.take([Make.entry(2, age: 8, id: "aa@x")]).isEmpty)
        // when
        let joined = pull.take([Make.entry(1, age: 9, id: "z@x", references: ["a@x", "aa@x"])])
        // then
        #expect(Set(joined.map(\.uid)) == [Make.uid(1), Make.uid(2)])
    }

    @Test("a provider's thread is searched by its own key")
    func provider() {
        let entries = [
            Make.entry(1, age: 9, provider: "77"), Make.entry(2, age: 8, id: "b@x", provider: "77"),
            Make.entry(3, age: 7, id: "c@x", replyTo: ["b@x"], provider: "78"), Make.entry(4, age: 6, provider: "78"),
        ]
        var pull = ThreadPull(seeds: [.providerThread("77")])
        #expect(Self.pull(&pull, from: entries).found.count == 4)
    }

    @Test("a seed that is nowhere finds nothing, with one search")
    func missing() {
        var pull = ThreadPull(seeds: [Self.key("lost@x")])
        let result = Self.pull(&pull, from: [Make.entry(1, age: 9, id: "a@x")])
        #expect(result.found.isEmpty)
        #expect(result.searches == 1)
    }

    @Test("searches and messages are bounded, and it is said")
    func bounds() {
        let chain = (1...50).map { Make.entry($0, age: 9, id: "m\($0)@x", replyTo: ["m\($0 - 1)@x"]) }
        var few = ThreadPull(seeds: [Self.key("m1@x")], searches: 10)
        #expect(Self.pull(&few, from: chain, atOnce: 4).searches == 10)
        #expect(few.isCut)
        var small = ThreadPull(seeds: [Self.key("m1@x")], messages: 7)
        #expect(Self.pull(&small, from: chain).found.count == 7)
        #expect(small.isCut)
    }

    @Test("what is found is what a plain walk over the links finds, each key searched once", arguments: 0..<100)
    func agreesWithWalk(seed: Int) {
        // given
        var random = SeededGenerator(seed: UInt64(seed))
        let entries = RandomIndex.entries(count: 60, using: &random)
        guard let seed = entries.compactMap(\.messageID).randomElement(using: &random) else { return }
        var keys: Set<LinkKey> = [.messageID(seed)]
        var expected: Set<Placement> = []
        while let next = entries.first(where: {
            !expected.contains(Placement(folder: $0.folder, uid: $0.uid)) && !keys.isDisjoint(with: $0.linkKeys)
        }) {
            expected.insert(Placement(folder: next.folder, uid: next.uid))
            keys.formUnion(next.linkKeys)
        }
        // when
        var pull = ThreadPull(seeds: [.messageID(seed)])
        let result = Self.pull(&pull, from: entries, atOnce: Int.random(in: 1...9, using: &random))
        // then
        #expect(result.found == expected)
        #expect(result.searches == keys.count)
    }
}
