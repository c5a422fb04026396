package import MailModel
package import Postgres

/// What is known of a job as it dies.
package struct DeadJob: Sendable, Hashable {
    /// What retrying it wakes.
    package var wakeUp: WakeUp
    /// A stable code and a sentence without secrets.
    package var problem: AccountProblem
    package var attempts: Int
    package var firstFailedAt: EpochSeconds
    package var diedAt: EpochSeconds
    /// Whatever else helps to understand it: an object of ids and numbers.
    package var detail: PostgresJSON

    package init(
        wakeUp: WakeUp, problem: AccountProblem, attempts: Int, firstFailedAt: EpochSeconds, diedAt: EpochSeconds,
        detail: PostgresJSON = PostgresJSON(text: "{}")
    ) {
        self.wakeUp = wakeUp
        self.problem = problem
        self.attempts = attempts
        self.firstFailedAt = firstFailedAt
        self.diedAt = diedAt
        self.detail = detail
    }
}
