import MailModel
import TestSupport
import Testing

@testable import SyncPlanning

@Suite("Pairing a folder's new generation with the old one")
struct RestagePairingTests {
    /// A case as isync writes them: what the server has now, what is stored, and what becomes of both.
    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let server: [Row]
        let stored: [Row]
        /// new UID → old UID.
        var pairs: [Int: Int] = [:]
        var toFetch: [Int] = []
        var strangers: [Int] = []
        /// Old UIDs.
        var unpaired: [Int] = []
    }

    /// One message: its UID, and what tells it. `message` names the stored one.
    struct Row: Sendable {
        var uid: Int
        var id: String?
        var date: Int64 = 100
        var size = 1_000
        var provider: String?
        var message = 0
    }

    private static func row(
        _ uid: Int, _ id: String?, date: Int64 = 100, size: Int = 1_000, provider: String? = nil, message: Int = 0
    ) -> Row {
        Row(uid: uid, id: id, date: date, size: size, provider: provider, message: message)
    }

    static let cases: [Case] = [
        Case(description: "two empty generations are paired", server: [], stored: []),
        Case(
            description: "the same messages under other UIDs", server: [row(1, "a@x"), row(2, "b@x")],
            stored: [row(11, "a@x"), row(15, "b@x")], pairs: [1: 11, 2: 15]),
        Case(
            description: "in another order, with one gone and one new",
            server: [row(1, "c@x"), row(2, "a@x"), row(3, "new@x")],
            stored: [row(11, "a@x"), row(12, "b@x"), row(13, "c@x")], pairs: [1: 13, 2: 11], strangers: [3],
            unpaired: [12]),
        Case(
            description: "another INTERNALDATE, as after a migration: the bytes have to tell",
            server: [row(1, "a@x", date: 999)], stored: [row(11, "a@x")], toFetch: [1], unpaired: [11]),
        Case(
            description: "another size: the bytes have to tell", server: [row(1, "a@x", size: 999)],
            stored: [row(11, "a@x")], toFetch: [1], unpaired: [11]),
        Case(
            description: "a size of 0 tells nothing", server: [row(1, "a@x", size: 0)],
            stored: [row(11, "a@x", size: 0)], toFetch: [1], unpaired: [11]),
        Case(
            description: "twice on the server: the bytes have to tell which", server: [row(1, "a@x"), row(2, "a@x")],
            stored: [row(11, "a@x")], toFetch: [1, 2], unpaired: [11]),
        Case(
            description: "twice in the store: the bytes have to tell which", server: [row(1, "a@x")],
            stored: [row(11, "a@x", message: 1), row(12, "a@x", message: 2)], toFetch: [1], unpaired: [11, 12]),
        Case(
            description: "equal Message-IDs with different sizes are two messages",
            server: [row(1, "a@x", size: 10), row(2, "a@x", size: 20)],
            stored: [row(11, "a@x", size: 20), row(12, "a@x", size: 10)], pairs: [1: 12, 2: 11]),
        Case(
            description: "without a Message-ID the bytes have to tell", server: [row(1, nil)], stored: [row(11, nil)],
            toFetch: [1], unpaired: [11]),
        Case(
            description: "without a Message-ID, and nothing stored without one", server: [row(1, nil)],
            stored: [row(11, "a@x")], strangers: [1], unpaired: [11]),
        Case(
            description: "the provider's id is enough", server: [row(1, nil, date: 5, size: 7, provider: "g1")],
            stored: [row(11, "a@x", provider: "g1")], pairs: [1: 11]),
        Case(
            description: "the provider's id is stronger than all else",
            server: [row(1, "a@x", provider: "g2"), row(2, "a@x", provider: "g1")],
            stored: [row(11, "a@x", provider: "g1", message: 1), row(12, "a@x", provider: "g2", message: 2)],
            pairs: [1: 12, 2: 11]),
        Case(
            description: "another id by the provider is another message, alike as they are",
            server: [row(1, "a@x", provider: "g2")], stored: [row(11, "a@x", provider: "g1")], toFetch: [1],
            unpaired: [11]),
        Case(
            description: "a store without the provider's ids pairs by what it has",
            server: [row(1, "a@x", provider: "g1")], stored: [row(11, "a@x")], pairs: [1: 11]),
        Case(
            description: "one message placed twice is paired twice",
            server: [row(1, "a@x", provider: "g1"), row(2, "a@x", provider: "g1")],
            stored: [row(11, "a@x", provider: "g1"), row(12, "a@x", provider: "g1")], pairs: [1: 11, 2: 12]),
        Case(
            description: "one message placed once, and twice on the server",
            server: [row(1, "a@x", provider: "g1"), row(2, "a@x", provider: "g1")],
            stored: [row(11, "a@x", provider: "g1")], pairs: [1: 11, 2: 11]),
        Case(
            description: "two stored messages under one provider id: the bytes have to tell",
            server: [row(1, "a@x", provider: "g1")],
            stored: [row(11, "a@x", provider: "g1", message: 1), row(12, "b@x", provider: "g1", message: 2)],
            toFetch: [1], unpaired: [11, 12]),
        Case(
            description: "a folder that was emptied", server: [], stored: [row(11, "a@x"), row(12, nil)],
            unpaired: [11, 12]),
        Case(
            description: "a folder that is another one by the same name", server: [row(1, "x@x"), row(2, "y@x")],
            stored: [row(11, "a@x")], strangers: [1, 2], unpaired: [11]),
    ]

    private static func entry(_ row: Row) -> IndexEntry {
        IndexEntry(
            folder: Make.inbox, uid: Make.uid(row.uid), internalDate: EpochSeconds(row.date), size: row.size,
            messageID: row.id.map(Make.id), providerMessageID: row.provider)
    }

    private static func identity(_ row: Row) -> StoredIdentity {
        StoredIdentity(
            message: Make.message(row.message), uid: Make.uid(row.uid), internalDate: EpochSeconds(row.date),
            size: row.size, headerMessageID: row.id.map(Make.id), providerMessageID: row.provider)
    }

    @Test("each case comes out as it stands", arguments: cases)
    func literal(item: Case) {
        // given: in any order
        for reversed in [false, true] {
            let server = item.server.map(Self.entry)
            let stored = item.stored.map(Self.identity)
            // when
            let pairing = RestagePairing.pair(
                new: reversed ? server.reversed() : server, stored: reversed ? stored.reversed() : stored)
            // then
            let pairs = Dictionary(uniqueKeysWithValues: pairing.pairs.map { ($0.uid, $0.oldUID) })
            #expect(
                pairs
                    == Dictionary(
                        uniqueKeysWithValues: item.pairs.map { (Make.uid($0.key), Make.uid($0.value)) }))
            for pair in pairing.pairs {
                let old = item.stored.first { Make.uid($0.uid) == pair.oldUID }
                #expect(pair.message == old.map { Make.message($0.message) })
            }
            #expect(pairing.toFetch == UIDSet(item.toFetch.map(Make.uid)))
            #expect(pairing.strangers == UIDSet(item.strangers.map(Make.uid)))
            #expect(pairing.unpaired.map(\.uid) == item.unpaired.map(Make.uid))
        }
    }

    @Test("whatever comes, each new UID is in one place, no old one is lost, and no pair is wrong", arguments: 0..<100)
    func partition(seed: Int) {
        // given: messages of which each has a content; what the index shows of it is sometimes less.
        var random = SeededGenerator(seed: UInt64(seed))
        let contents = (0..<30).map { n in
            Self.row(
                0, Int.random(in: 0..<6, using: &random) == 0 ? nil : "m\(n / 2)@x",
                date: Int64.random(in: 0..<3, using: &random), size: Int.random(in: 1..<4, using: &random),
                provider: Int.random(in: 0..<4, using: &random) == 0 ? "g\(n)" : nil, message: n)
        }
        func generation(from first: Int) -> [Row] {
            contents.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }.shuffled(using: &random).enumerated()
                .map { index, row in
                    var row = row
                    row.uid = first + index
                    return row
                }
        }
        let old = generation(from: 100)
        let new = generation(from: 1)
        // when
        let pairing = RestagePairing.pair(new: new.map(Self.entry), stored: old.map(Self.identity))
        // then
        let all = UIDSet(new.map { Make.uid($0.uid) })
        #expect(pairing.pairedUIDs.union(pairing.toFetch).union(pairing.strangers) == all)
        #expect(pairing.pairedUIDs.count + pairing.toFetch.count + pairing.strangers.count == all.count)
        #expect(Set(pairing.pairs.map(\.oldUID)).isDisjoint(with: pairing.unpaired.map(\.uid)))
        #expect(Set(pairing.pairs.map(\.oldUID)).count + pairing.unpaired.count == old.count)
        // A stored message that is still on the server is never taken for a stranger.
        let kept = Set(old.map(\.message))
        for row in new where pairing.strangers.contains(Make.uid(row.uid)) { #expect(!kept.contains(row.message)) }
    }
}
