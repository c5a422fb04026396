package import MailModel

/// What a scheduler has decided about one tick.
package struct TickDecision: Sendable, Hashable {
    package enum Verdict: Sendable, Hashable {
        /// Its job is woken.
        case fire(WakeUp)
        /// Its job is woken once the tick before it is finished.
        case queue(WakeUp)
        /// The tick before it isn't finished.
        case skip
        /// No scheduler was there, and it isn't made up for.
        case miss
    }

    package let tickAt: EpochSeconds
    package let verdict: Verdict

    package init(tickAt: EpochSeconds, verdict: Verdict) {
        self.tickAt = tickAt
        self.verdict = verdict
    }
}
