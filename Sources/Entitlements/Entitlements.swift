// Entitlements: what each plan allows, and why something is refused. Values and pure checks; who asks, and what becomes
// of a refusal, is the caller's affair.
package import MailModel

/// Checks against the table of limits. Each returns what is in the way, or `nil` when nothing is.
package enum Entitlements {
    /// Whether a plan syncs mail at all; asked again whenever a job starts, since plans change.
    package static func refusalToSync(plan: Plan, table: EntitlementTable = .standard) -> EntitlementRefusal? {
        if table[plan].allowsFullSync { return nil }
        return EntitlementRefusal(
            reason: .planRequired,
            text: "the \(plan) plan has no email sync; an admin can move the organization to "
                + "\(recommended(table.lowestPlan(above: plan) { $0.allowsFullSync }))")
    }

    /// Whether a user may connect one more account.
    ///
    /// - Parameter accountsConnected: how many the user has, without removed ones.
    package static func refusalToConnect(
        plan: Plan, accountsConnected: Int, table: EntitlementTable = .standard
    ) -> EntitlementRefusal? {
        if let refusal = refusalToSync(plan: plan, table: table) { return refusal }
        let limit = table[plan].accountsPerUser
        if accountsConnected < limit { return nil }
        let above = table.lowestPlan(above: plan) { $0.accountsPerUser > limit }
        let remedy = above.map { ", or ask an admin to move the organization to \($0)" } ?? ""
        return EntitlementRefusal(
            reason: .accountLimitReached,
            text: "the \(plan) plan allows \(limit) \(limit == 1 ? "account" : "accounts") a user; "
                + "remove one first\(remedy)")
    }

    /// Whether an account may be visited every so many seconds.
    package static func refusalOfInterval(
        seconds: Int, plan: Plan, table: EntitlementTable = .standard
    ) -> EntitlementRefusal? {
        if let refusal = refusalToSync(plan: plan, table: table) { return refusal }
        let shortest = shortestInterval(plan: plan, table: table)
        if seconds >= shortest { return nil }
        return EntitlementRefusal(
            reason: .syncIntervalTooShort,
            text: "the \(plan) plan syncs every \(shortest) seconds at most; choose \(shortest) or more")
    }

    /// Whether an account may keep a connection open for the server's notices.
    package static func refusalOfPush(plan: Plan, table: EntitlementTable = .standard) -> EntitlementRefusal? {
        if let refusal = refusalToSync(plan: plan, table: table) { return refusal }
        if table[plan].allowsPush { return nil }
        return EntitlementRefusal(
            reason: .pushNotIncluded,
            text: "the \(plan) plan has no push; mail is synced at intervals, or an admin can move the organization "
                + "to \(recommended(table.lowestPlan(above: plan) { $0.allowsPush }))")
    }

    /// The shortest time between two visits of an account, in seconds. For a plan that syncs nothing it is the longest
    /// of the other plans': what its suspended accounts are kept with.
    package static func shortestInterval(plan: Plan, table: EntitlementTable = .standard) -> Int {
        if let shortest = table[plan].shortestSyncInterval { return shortest }
        return Plan.allCases.compactMap { table[$0].shortestSyncInterval }.max() ?? 3_600
    }

    /// Which of a user's accounts a plan has no room for (product.md §1): the most recently connected ones, all of them
    /// where the plan has no sync.
    ///
    /// - Parameter connected: the user's accounts that aren't removed, in any order.
    /// - Returns: those to suspend, the most recently connected first. Equal moments go by id, which is the order of
    ///   making.
    package static func accountsToSuspend(
        plan: Plan, connected: [(account: AccountID, since: EpochSeconds)], table: EntitlementTable = .standard
    ) -> [AccountID] {
        let room = table[plan].allowsFullSync ? table[plan].accountsPerUser : 0
        let newestFirst = connected.sorted { ($0.since, $0.account) > ($1.since, $1.account) }
        return newestFirst.prefix(Swift.max(0, newestFirst.count - room)).map(\.account)
    }

    private static func recommended(_ plan: Plan?) -> String { plan?.description ?? "a plan that has it" }
}
