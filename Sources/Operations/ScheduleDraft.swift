package import Entitlements
package import MailModel
package import MailStore

/// A schedule as an operator gives it, not judged yet.
package struct ScheduleDraft: Sendable, Hashable {
    package enum Target: Sendable, Hashable {
        case account(AccountID)
        /// All accounts that match what is given; `nil` matches any.
        case selection(organization: OrganizationID?, plan: Plan?, provider: String?)
        /// A maintenance task by its name.
        case task(String)
    }

    package var name: String
    /// Five fields of cron, or `@every 5m`.
    package var expression: String
    /// An IANA time zone.
    package var zone = "UTC"
    package var target: Target
    package var overlap: Schedule.Overlap = .skip
    package var catchUp: Schedule.CatchUp = .latest
    /// How many missed ticks `all` makes up for: 1 to 1,000.
    package var catchUpLimit = 10
    /// Each tick's job starts up to so much later: 0 to 86,400.
    package var jitterSeconds = 0

    package init(name: String, expression: String, target: Target) {
        self.name = name
        self.expression = expression
        self.target = target
    }
}
