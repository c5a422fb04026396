import MailModel
import Testing
import Threading

@testable import SyncPlanning

@Suite("What is taken of what arrives")
struct ArrivalPlanTests {
    private static let old: Int64 = 40 * 86_400

    private static func plan(_ arrivals: [IndexEntry], synced: [String] = []) -> ArrivalPlan {
        ArrivalPlan(arrivals, window: Make.window, syncedLinks: Set(synced.map { .messageID(Make.id($0)) }))
    }

    @Test("what is recent is taken, and what is old is passed over, to the second")
    func toTheSecond() {
        let plan = Self.plan([
            Make.entry(1, age: 259_200, id: "a@x"), Make.entry(2, age: 259_201, id: "b@x"), Make.entry(3, age: -5),
        ])
        #expect(plan.first == Make.uids(1, 3))
        #expect(plan.afterwards.isEmpty)
        #expect(plan.passedOver == Make.uids(2))
    }

    @Test("old mail of a stored thread is taken, with what is tied to it by another arrival")
    func stored() {
        let plan = Self.plan(
            [
                Make.entry(1, age: Self.old, id: "a@x", replyTo: ["stored@x"]),
                Make.entry(2, age: Self.old, id: "b@x", replyTo: ["a@x"]), Make.entry(3, age: Self.old, id: "c@x"),
            ], synced: ["stored@x"])
        #expect(plan.first == Make.uids(1, 2))
        #expect(plan.passedOver == Make.uids(3))
    }

    @Test("an old original that comes together with a recent answer is taken after it")
    func together() {
        let plan = Self.plan([
            Make.entry(1, age: Self.old, id: "a@x"), Make.entry(2, age: 60, id: "b@x", replyTo: ["a@x"]),
            Make.entry(3, age: 60, id: "c@x"),
        ])
        #expect(plan.first == Make.uids(2, 3))
        #expect(plan.afterwards == Make.uids(1))
        #expect(plan.taken == Make.uids(1, 2, 3))
        #expect(plan.passedOver.isEmpty)
    }

    @Test("where the thread is stored, the original that comes together with an answer is no exception")
    func togetherAndStored() {
        let plan = Self.plan(
            [
                Make.entry(1, age: Self.old, id: "a@x"), Make.entry(2, age: 60, id: "b@x", replyTo: ["a@x"]),
            ], synced: ["a@x"])
        #expect(plan.first == Make.uids(1, 2))
        #expect(plan.afterwards.isEmpty)
    }
}
