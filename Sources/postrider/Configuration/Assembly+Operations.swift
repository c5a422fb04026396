import JobQueue
import MailStore
import Operations

extension Assembly {
    /// The operator's hands for queues, jobs, gates and workers.
    func queueOperations() async throws -> QueueOperations {
        QueueOperations(shards: try queues().shards, store: try await store(role: .operator))
    }

    /// The operator's hands for schedules.
    func scheduleOperations() async throws -> ScheduleOperations {
        ScheduleOperations(store: try await store(role: .operator))
    }
}
