import MailModel
import TestSupport
import Testing

@testable import Threading

@Suite("Assigning messages to threads")
struct ThreadAssignerTests {
    @Test("a reply to a stored message goes to its thread, and only its own keys are written")
    func joinsKnown() {
        // when
        let assignment = ThreadAssigner.assign(
            batch: [Make.message("b@x", replyTo: ["a@x"])], known: [Make.key("a@x"): Make.thread(1)],
            makeID: ThreadIDs(from: 9).make)
        // then
        #expect(assignment.threads == [Make.thread(1)])
        #expect(assignment.created.isEmpty)
        #expect(assignment.links == [.init(key: Make.key("b@x"), thread: Make.thread(1), seen: true)])
    }

    @Test("ids that are only named are kept as rows that are not seen yet")
    func unseenRows() {
        let assignment = ThreadAssigner.assign(
            batch: [Make.message("b@x", replyTo: ["a@x"])], known: [:], makeID: ThreadIDs(from: 1).make)
        #expect(assignment.created == [Make.thread(1)])
        #expect(
            assignment.links == [
                .init(key: Make.key("b@x"), thread: Make.thread(1), seen: true),
                .init(key: Make.key("a@x"), thread: Make.thread(1), seen: false),
            ])
    }

    @Test("a late ancestor joins two threads into one, whose id is the older one")
    func lateAncestor() {
        // given
        let known = [Make.key("x@x"): Make.thread(5), Make.key("y@x"): Make.thread(3)]
        // when
        let assignment = ThreadAssigner.assign(
            batch: [Make.message("x@x", replyTo: ["y@x"])], known: known, makeID: ThreadIDs(from: 9).make)
        // then
        #expect(assignment.threads == [Make.thread(3)])
        #expect(assignment.merged == [.init(from: Make.thread(5), into: Make.thread(3))])
        #expect(assignment.survivor(of: Make.thread(5)) == Make.thread(3))
        #expect(assignment.survivor(of: Make.thread(3)) == Make.thread(3))
        #expect(assignment.links == [.init(key: Make.key("x@x"), thread: Make.thread(3), seen: true)])
    }

    @Test("many threads that one batch joins in steps redirect to one id, without a chain")
    func mergesFlat() {
        // given
        let known = Dictionary(uniqueKeysWithValues: (1...6).map { (Make.key("k\($0)@x"), Make.thread($0)) })
        let batch = [
            Make.message("a@x", references: ["k6@x", "k5@x"]), Make.message("b@x", references: ["k4@x", "k3@x"]),
            Make.message("c@x", references: ["k5@x", "k4@x"]), Make.message("d@x", references: ["k2@x", "k6@x"]),
        ]
        // when
        let assignment = ThreadAssigner.assign(batch: batch, known: known, makeID: ThreadIDs(from: 9).make)
        // then
        #expect(Set(assignment.threads) == [Make.thread(2)])
        #expect(assignment.merged == (3...6).map { .init(from: Make.thread($0), into: Make.thread(2)) })
    }

    @Test("new threads take their ids in order of the batch, one id each")
    func createsInOrder() {
        let assignment = ThreadAssigner.assign(
            batch: [
                Make.message("a@x"), Make.message("b@x"), Make.message("c@x", replyTo: ["a@x"]), Make.message(nil),
            ], known: [:], makeID: ThreadIDs(from: 1).make)
        #expect(assignment.threads == [1, 2, 1, 3].map(Make.thread))
        #expect(assignment.created == [1, 2, 3].map(Make.thread))
    }

    @Test("beyond the bound a message starts a thread of its own, and the refusal is told")
    func bounded() {
        // when
        let assignment = ThreadAssigner.assign(
            batch: [Make.message("n@x", replyTo: ["full@x"]), Make.message("o@x", replyTo: ["n@x"])],
            known: [Make.key("full@x"): Make.thread(1)], threadSizes: [Make.thread(1): 10], bound: 10,
            makeID: ThreadIDs(from: 2).make)
        // then
        #expect(assignment.threads == [Make.thread(2), Make.thread(2)])
        #expect(assignment.refused == [.init(message: 0, key: Make.key("full@x"), reason: .threadFull)])
        #expect(assignment.merged.isEmpty)
        #expect(!assignment.links.contains { $0.key == Make.key("full@x") })
    }

    @Test("up to the bound a thread takes messages")
    func fillsToTheBound() {
        let assignment = ThreadAssigner.assign(
            batch: [Make.message("n@x", replyTo: ["full@x"])], known: [Make.key("full@x"): Make.thread(1)],
            threadSizes: [Make.thread(1): 9], bound: 10, makeID: ThreadIDs(from: 2).make)
        #expect(assignment.threads == [Make.thread(1)])
        #expect(assignment.refused.isEmpty)
    }

    @Test("two threads that are too large together stay two, and the message goes to the nearest")
    func refusesLargeMerge() {
        let assignment = ThreadAssigner.assign(
            batch: [Make.message("n@x", replyTo: ["near@x"], references: ["far@x", "near@x"])],
            known: [Make.key("near@x"): Make.thread(2), Make.key("far@x"): Make.thread(1)],
            threadSizes: [Make.thread(1): 6, Make.thread(2): 6], bound: 10, makeID: ThreadIDs(from: 3).make)
        #expect(assignment.threads == [Make.thread(2)])
        #expect(assignment.refused == [.init(message: 0, key: Make.key("far@x"), reason: .threadFull)])
    }

    @Test("threads that a person split are not joined again by a message that names both")
    func heldApart() {
        let known = [Make.key("near@x"): Make.thread(2), Make.key("far@x"): Make.thread(1)]
        let batch = [Make.message("n@x", replyTo: ["near@x"], references: ["far@x", "near@x"])]
        let held = ThreadAssigner.assign(
            batch: batch, known: known, heldApart: [Make.thread(2)], makeID: ThreadIDs(from: 3).make)
        #expect(held.threads == [Make.thread(2)])
        #expect(held.merged.isEmpty)
        #expect(held.refused == [.init(message: 0, key: Make.key("far@x"), reason: .heldApart)])
        // The guard is what keeps them apart.
        let free = ThreadAssigner.assign(batch: batch, known: known, makeID: ThreadIDs(from: 3).make)
        #expect(free.merged == [.init(from: Make.thread(2), into: Make.thread(1))])
    }

    @Test("an empty batch asks for no id and writes nothing")
    func empty() {
        #expect(ThreadAssigner.assign(batch: [], known: [:], makeID: ThreadIDs(from: 1).make) == ThreadAssignment())
    }

    @Test("messages that come in any order, in any batches, are grouped as if all came at once", arguments: 0..<150)
    func orderDoesNotMatter(seed: Int) {
        // given
        var random = SeededGenerator(seed: UInt64(seed))
        let messages = RandomMail.messages(count: Int.random(in: 1...50, using: &random), using: &random)
        var order = Array(messages.enumerated()).map { ($0.offset, $0.element) }
        order.shuffle(using: &random)
        // when
        var ledger = ThreadLedger()
        while !order.isEmpty {
            let size = min(order.count, Int.random(in: 1...9, using: &random))
            ledger.store(Array(order.prefix(size)))
            order.removeFirst(size)
        }
        // then
        let expected = RandomMail.naiveGroups(messages)
        #expect(ledger.groups == expected)
        #expect(Set(ThreadGrouping.group(messages).map { Set($0) }) == expected)
        let borne = Set(messages.compactMap(\.messageID).map { LinkKey.messageID($0) })
        let seen = ledger.rows.filter { $0.value.seen && $0.key.kind == 1 }
        #expect(Set(seen.keys) == borne)
    }

    @Test("no thread outgrows its bound, whatever comes in whatever order", arguments: 0..<40)
    func boundHolds(seed: Int) {
        // given
        var random = SeededGenerator(seed: UInt64(seed) &+ 1_000)
        let messages = RandomMail.messages(count: 60, using: &random)
        var ledger = ThreadLedger()
        // when
        var number = 0
        while number < messages.count {
            let end = min(messages.count, number + Int.random(in: 1...9, using: &random))
            ledger.store((number..<end).map { ($0, messages[$0]) }, bound: 5)
            number = end
        }
        // then
        #expect(ledger.groups.allSatisfy { $0.count <= 5 })
        #expect(ledger.groups.reduce(0) { $0 + $1.count } == messages.count)
    }

    @Test("the same batch gives the same assignment each time")
    func deterministic() {
        var random = SeededGenerator(seed: 7)
        let messages = RandomMail.messages(count: 40, using: &random)
        let first = ThreadAssigner.assign(batch: messages, known: [:], makeID: ThreadIDs(from: 1).make)
        for _ in 0..<5 {
            #expect(ThreadAssigner.assign(batch: messages, known: [:], makeID: ThreadIDs(from: 1).make) == first)
        }
    }
}
