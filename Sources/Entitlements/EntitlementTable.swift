/// The limits of all plans: the one place where they stand.
package struct EntitlementTable: Sendable, Hashable {
    package var silver: PlanLimits
    package var gold: PlanLimits
    package var platinum: PlanLimits

    package init(silver: PlanLimits, gold: PlanLimits, platinum: PlanLimits) {
        self.silver = silver
        self.gold = gold
        self.platinum = platinum
    }

    /// The limits that product.md §1 gives. It leaves push open: Gold has it as well as Platinum, since with Gold's
    /// interval of five minutes a mailbox would otherwise look asleep, and an idle connection costs less than polling.
    package static let standard = EntitlementTable(
        silver: PlanLimits(accountsPerUser: 0, allowsFullSync: false, shortestSyncInterval: nil, allowsPush: false),
        gold: PlanLimits(accountsPerUser: 2, allowsFullSync: true, shortestSyncInterval: 300, allowsPush: true),
        platinum: PlanLimits(accountsPerUser: 5, allowsFullSync: true, shortestSyncInterval: 60, allowsPush: true))

    package subscript(plan: Plan) -> PlanLimits {
        get {
            switch plan {
            case .silver: silver
            case .gold: gold
            case .platinum: platinum
            }
        }
        set {
            switch plan {
            case .silver: silver = newValue
            case .gold: gold = newValue
            case .platinum: platinum = newValue
            }
        }
    }

    /// The lowest plan above this one whose limits satisfy a condition: what a refusal can recommend.
    func lowestPlan(above plan: Plan, where satisfies: (PlanLimits) -> Bool) -> Plan? {
        Plan.allCases.sorted().first { $0 > plan && satisfies(self[$0]) }
    }
}
