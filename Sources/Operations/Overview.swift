package import JobQueue
package import MailModel
package import MailStore

/// The state of everything at a glance. What couldn't be read is named, and the rest is shown all the same.
package struct Overview: Sendable, Hashable {
    /// How one shard's Redis is.
    package struct Server: Sendable, Hashable {
        package let shard: String
        /// `nil` where it didn't answer.
        package let server: QueueServer?
        package let problem: String?
    }

    package let at: EpochSeconds
    package var queues: [QueueSummary] = []
    /// Jobs that a gate keeps back.
    package var parked = 0
    package var workers: [WorkerSummary] = []
    package var deadLetters: Int?
    package var servers: [Server] = []
    package var database: DatabaseHealth?
    package var leader: SchedulerLeader?
    /// `nil` where they weren't asked for.
    package var accounts: [AccountStateCount]?
    /// What couldn't be read and what is dangerous, a sentence each.
    package var problems: [String] = []

    package var ready: Int { queues.reduce(0) { $0 + $1.ready } }
    package var delayed: Int { queues.reduce(0) { $0 + $1.delayed } }
    package var active: Int { queues.reduce(0) { $0 + $1.active } }
    package var oldestReady: Duration? { queues.compactMap(\.oldestReady).max() }

    init(at: EpochSeconds) { self.at = at }
}
