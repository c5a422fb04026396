package import JobQueue
import MailModel
import MailStore

/// A job's present and past.
package struct JobStory: Sendable, Hashable {
    /// One run of it.
    package struct Attempt: Sendable, Hashable {
        /// Milliseconds since 1970.
        package let startedAt: Int64
        /// Milliseconds since 1970; `nil` while it runs.
        package let finishedAt: Int64?
        /// As the history has it; `running` while it runs.
        package let outcome: String
        package let attempt: Int
        package let worker: String
        package let error: JobFailure?
        package let messages: Int
        package let bytes: Int
    }

    package let resource: String
    /// What the queue has of it.
    package let live: JobRecord?
    /// What the dead letters have of it.
    package let dead: JobRecord?
    /// Oldest first; runs that went well and changed nothing leave no trace.
    package let attempts: [Attempt]

    /// - Parameter runs: newest first.
    init(resource: String, live: JobRecord?, dead: JobRecord?, runs: [JobRun]) {
        self.resource = resource
        self.live = live
        self.dead = dead
        var attempts = runs.reversed().map { run in
            Attempt(
                startedAt: run.startedAt, finishedAt: run.finishedAt, outcome: run.outcome, attempt: run.attempt,
                worker: run.worker, error: run.problem.map { JobFailure(code: $0.code, text: $0.text) },
                messages: run.messages, bytes: run.bytes)
        }
        if let live, live.place == .active, let claimed = live.claimedAt {
            attempts.append(
                Attempt(
                    startedAt: claimed, finishedAt: nil, outcome: "running", attempt: live.attempts,
                    worker: live.worker ?? "", error: nil, messages: 0, bytes: 0))
        }
        self.attempts = attempts
    }
}
