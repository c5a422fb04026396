package import MailModel

/// A tick and what became of it.
package struct ScheduleTick: Sendable, Hashable {
    package enum Decision: String, Sendable, Hashable, CaseIterable { case fired, skipped, missed, queued }

    package let key: TickKey
    package let decision: Decision
    /// The job of a tick that was fired or is queued.
    package let wakeUp: WakeUp?
    package let decidedAt: EpochSeconds
    package let finishedAt: EpochSeconds?
    /// How its job ended.
    package let outcome: String?
    package let error: String?
}
