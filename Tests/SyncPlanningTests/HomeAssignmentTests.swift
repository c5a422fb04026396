import MailModel
import TestSupport
import Testing

@testable import SyncPlanning

@Suite("Homes of accounts")
struct HomeAssignmentTests {
    private static let accounts: [AccountID] = {
        var random = SeededGenerator(seed: 1)
        return (0..<4_000).map {
            AccountID(UUIDv7.make(milliseconds: UInt64(1_700_000_000_000 + $0), random: (random.next(), random.next())))
        }
    }()

    private static func homes(_ listeners: [String]) -> [String?] {
        accounts.map { HomeAssignment.home(of: $0, among: listeners) }
    }

    @Test("without a listener there is no home, with one it is that")
    func few() {
        #expect(HomeAssignment.home(of: Self.accounts[0], among: []) == nil)
        #expect(HomeAssignment.home(of: Self.accounts[0], among: ["a"]) == "a")
    }

    @Test("the order of the names doesn't matter, so that every process comes to the same")
    func order() {
        #expect(Self.homes(["a", "b", "c"]) == Self.homes(["c", "a", "b"]))
    }

    @Test("weights are what they were: a listener of another release comes to the same homes")
    func pinned() throws {
        let account = try #require(AccountID("018f0000-0000-7000-8000-000000000001"))
        #expect(HomeAssignment.weight(of: "listener-1", for: account) == 8_397_397_628_943_281_759)
    }

    @Test("accounts are spread evenly, also among names that differ in one letter")
    func even() {
        let counts = Dictionary(grouping: Self.homes((1...5).map { "listener-\($0)" }), by: { $0 }).mapValues(\.count)
        for (name, count) in counts { #expect((700...900).contains(count), "\(name ?? "-") \(count)") }
    }

    @Test("when a listener goes only its accounts move, and evenly to the others")
    func goes() {
        // given
        let before = Self.homes(["a", "b", "c", "d"])
        // when
        let after = Self.homes(["a", "b", "d"])
        // then
        var moved: [String: Int] = [:]
        for (old, new) in zip(before, after) where old != new {
            #expect(old == "c")
            moved[new ?? "-", default: 0] += 1
        }
        #expect(moved.values.reduce(0, +) == before.count { $0 == "c" })
        for count in moved.values { #expect((250...420).contains(count)) }
    }

    @Test("when a listener comes accounts move to it alone")
    func comes() {
        for (old, new) in zip(Self.homes(["a", "b"]), Self.homes(["a", "b", "c"])) where old != new {
            #expect(new == "c")
        }
    }
}
