/// Why a plan doesn't allow something.
package struct EntitlementRefusal: Sendable, Hashable {
    /// The stable reasons: clients and dashboards depend on the raw values.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The plan has no full email sync.
        case planRequired = "plan_required"
        /// The user has connected as many accounts as the plan allows.
        case accountLimitReached = "account_limit_reached"
        /// Visits would be closer together than the plan allows.
        case syncIntervalTooShort = "sync_interval_too_short"
        /// The plan has no push.
        case pushNotIncluded = "push_not_included"
    }

    package let reason: Reason
    /// A sentence that a person can act on; without a full stop, as error texts are.
    package let text: String

    /// `reason` as clients see it.
    package var code: String { reason.rawValue }
}
