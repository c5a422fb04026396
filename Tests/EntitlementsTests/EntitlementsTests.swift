import Foundation
import MailModel
import Testing

@testable import Entitlements

@Suite("What plans allow")
struct EntitlementsTests {
    @Test("the table is the one of the product: 0, 2 and 5 accounts a user, sync from Gold on")
    func table() {
        let table = EntitlementTable.standard
        #expect(Plan.allCases.map { table[$0].accountsPerUser } == [0, 2, 5])
        #expect(Plan.allCases.map { table[$0].allowsFullSync } == [false, true, true])
        #expect(Plan.allCases.map { table[$0].shortestSyncInterval } == [nil, 300, 60])
        #expect(Plan.allCases.map { table[$0].allowsPush } == [false, true, true])
    }

    @Test("plans are ordered, and spelled as the API spells them")
    func plans() throws {
        #expect(Plan.silver < .gold && Plan.gold < .platinum)
        let json = try JSONEncoder().encode(Plan.allCases)
        #expect(String(decoding: json, as: UTF8.self) == #"["silver","gold","platinum"]"#)
        #expect(Plan(rawValue: "bronze") == nil)
    }

    @Test("on Silver nothing can be connected or synced, and the reason names a plan that can")
    func silver() throws {
        let connect = try #require(Entitlements.refusalToConnect(plan: .silver, accountsConnected: 0))
        #expect(connect.code == "plan_required")
        #expect(connect.text.contains("Gold"))
        #expect(Entitlements.refusalToSync(plan: .silver)?.code == "plan_required")
        #expect(Entitlements.refusalOfPush(plan: .silver)?.code == "plan_required")
        #expect(Entitlements.refusalOfInterval(seconds: 9_999, plan: .silver)?.code == "plan_required")
    }

    @Test(
        "accounts can be connected up to the limit, and not one more",
        arguments: [(Plan.gold, 2), (Plan.platinum, 5)])
    func limits(plan: Plan, limit: Int) {
        for connected in 0..<limit {
            #expect(Entitlements.refusalToConnect(plan: plan, accountsConnected: connected) == nil)
        }
        for connected in [limit, limit + 1] {
            #expect(
                Entitlements.refusalToConnect(plan: plan, accountsConnected: connected)?.code == "account_limit_reached"
            )
        }
        #expect(Entitlements.refusalToSync(plan: plan) == nil)
    }

    @Test("at the limit the highest plan recommends no higher one")
    func recommendations() throws {
        let gold = try #require(Entitlements.refusalToConnect(plan: .gold, accountsConnected: 2))
        let platinum = try #require(Entitlements.refusalToConnect(plan: .platinum, accountsConnected: 5))
        #expect(gold.text.contains("Platinum"))
        #expect(!platinum.text.contains("move the organization"))
    }

    @Test(
        "an interval shorter than the plan's is refused, its own is not",
        arguments: [(Plan.gold, 300), (.platinum, 60)])
    func intervals(plan: Plan, shortest: Int) {
        #expect(Entitlements.shortestInterval(plan: plan) == shortest)
        #expect(Entitlements.refusalOfInterval(seconds: shortest, plan: plan) == nil)
        #expect(Entitlements.refusalOfInterval(seconds: shortest - 1, plan: plan)?.code == "sync_interval_too_short")
    }

    @Test("an operator's own values decide in place of the standard ones")
    func configured() {
        var table = EntitlementTable.standard
        table[.gold].accountsPerUser = 1
        table[.gold].allowsPush = false
        #expect(
            Entitlements.refusalToConnect(plan: .gold, accountsConnected: 1, table: table)?.code
                == "account_limit_reached")
        #expect(Entitlements.refusalOfPush(plan: .gold, table: table)?.code == "push_not_included")
        #expect(Entitlements.refusalOfPush(plan: .gold) == nil)
    }

    @Test("above a lowered limit the most recently connected accounts are suspended first, on Silver all")
    func suspensions() {
        // given
        let accounts = (1...4).map { n in
            let id = AccountID(UUIDv7.make(milliseconds: UInt64(n), random: (0, 0)))
            return (account: id, since: EpochSeconds(Int64(n / 2)))
        }
        let ids = accounts.map(\.account)
        // then
        for connected in [accounts, accounts.reversed()] {
            #expect(Entitlements.accountsToSuspend(plan: .platinum, connected: connected).isEmpty)
            #expect(Entitlements.accountsToSuspend(plan: .gold, connected: connected) == [ids[3], ids[2]])
            #expect(Entitlements.accountsToSuspend(plan: .silver, connected: connected) == ids.reversed())
        }
    }

    @Test("reasons are spelled as clients depend on them")
    func codes() {
        #expect(
            EntitlementRefusal.Reason.allCases.map(\.rawValue) == [
                "plan_required", "account_limit_reached", "sync_interval_too_short", "push_not_included",
            ])
    }
}
