import MailModel
import Testing

@testable import SyncPlanning

@Suite("A folder that changes its UIDVALIDITY again and again")
struct FlapRuleTests {
    private static let now = EpochSeconds(1_000_000)

    private static func decide(agoes: [Int64]) -> FlapRule.Decision {
        FlapRule.decide(restages: agoes.map { now - $0 }, now: now)
    }

    @Test("five times an hour it is staged anew, the sixth time it is parked for an hour")
    func bound() {
        #expect(Self.decide(agoes: []) == .restage)
        #expect(Self.decide(agoes: [10, 20, 30, 40]) == .restage)
        #expect(Self.decide(agoes: [10, 20, 30, 40, 50]) == .park(until: Self.now + 3_600))
    }

    @Test("what is an hour old to the second counts no more")
    func span() {
        #expect(Self.decide(agoes: [10, 20, 30, 40, 3_600]) == .restage)
        #expect(Self.decide(agoes: [10, 20, 30, 40, 3_599]) == .park(until: Self.now + 3_600))
        #expect(Self.decide(agoes: (0..<50).map { 3_600 + $0 }) == .restage)
    }
}
