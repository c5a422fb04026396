/// What a schedule says about its ticks, beside when they are. Numbers out of their range are cut to it.
package struct TickRules: Sendable, Hashable {
    package let overlap: OverlapPolicy
    package let catchUp: CatchUpPolicy
    /// How many missed ticks `CatchUpPolicy.all` makes up for; 0 to 1,000.
    package let catchUpBound: Int
    /// The target is one resource, which can't be worked on twice at once: an account.
    package let targetsAccount: Bool
    /// Seconds by which the ticks come later than planned; see ``Jitter``. 0 to 86,400.
    package let jitter: Int64
    /// Seconds after its time, jitter included, up to which a tick is on time; later it is missed. 0 to 600. It has to
    /// cover a change of the leading scheduler.
    package let grace: Int64

    package init(
        overlap: OverlapPolicy, catchUp: CatchUpPolicy, catchUpBound: Int = 100, targetsAccount: Bool = false,
        jitter: Int64 = 0, grace: Int64 = 60
    ) {
        self.overlap = overlap
        self.catchUp = catchUp
        self.catchUpBound = min(max(catchUpBound, 0), 1_000)
        self.targetsAccount = targetsAccount
        self.jitter = min(max(jitter, 0), 86_400)
        self.grace = min(max(grace, 0), 600)
    }

    /// The policy that is acted on.
    package var effectiveOverlap: OverlapPolicy { overlap == .allow && targetsAccount ? .queueOne : overlap }
}
