// What an operator sees of the queue and does to it: the command line's commands and the API's calls go through here.
//
//     command line ─┐                   ┌─▶ shards of the queue (Redis): what waits and runs, gates, workers
//                   ├─▶ QueueOperations ┤
//     HTTP API ─────┘   ScheduleOperations ─▶ store (PostgreSQL): the dead, histories, schedules, the audit log
//
// Views are merged over the shards. Every deed is written to the audit log before it is done, so that none is missing
// there; one that then fails stands there as tried.
import AccountJobs
import Failure
package import JobQueue
import MailModel
package import MailStore

/// Queues, jobs, gates and workers.
package struct QueueOperations: Sendable {
    /// At least one, in the order that all processes of the installation share.
    let shards: [JobQueue]
    let store: Store
    /// Who the audit log says it was.
    let actor: String

    /// - Parameters:
    ///   - shards: all of the installation's.
    ///   - store: as a role that may do what is asked for.
    ///   - actor: `operator`, `user:ID` or `token:ID`.
    package init(shards: [JobQueue], store: Store, actor: String = "operator") {
        self.shards = shards
        self.store = store
        self.actor = actor
    }

    /// The names of the queues, which all shards share.
    package var queueNames: [String] { shards.first?.settings.queues ?? [] }

    /// - Throws: ``OperationsError/unknownQueue(_:known:)``.
    package func requireQueue(_ name: String) throws(OperationsError) {
        guard queueNames.contains(name) else { throw .unknownQueue(name, known: queueNames) }
    }

    /// One call of a shard, its errors in this module's words.
    func ask<Value: Sendable>(
        _ shard: JobQueue, _ call: (JobQueue) async throws(JobQueueError) -> Value
    ) async throws(OperationsError) -> Value {
        do throws(JobQueueError) {
            return try await call(shard)
        } catch {
            if case .epochMismatch(_, nil) = error { throw .queueNotEstablished(shard: shard.settings.shard) }
            throw .queue(error)
        }
    }

    /// The same call of every shard, in their order.
    func askAll<Value: Sendable>(
        _ call: (JobQueue) async throws(JobQueueError) -> Value
    ) async throws(OperationsError) -> [Value] {
        var answers: [Value] = []
        for shard in shards { answers.append(try await ask(shard, call)) }
        return answers
    }

    /// One call of the store, its errors in this module's words.
    func read<Value: Sendable>(_ call: (Store) async throws(StoreError) -> Value) async throws(OperationsError) -> Value
    {
        do throws(StoreError) {
            return try await call(store)
        } catch {
            throw .store(error)
        }
    }

    /// - Parameter organization: as the queue names it; what is no organization's is the installation's.
    func record(_ action: String, _ subject: String, organization: String? = nil) async throws(OperationsError) {
        let owner = organization.flatMap { OrganizationID($0) }
        let entry = String(subject.prefix(200))
        _ = try await read { store throws(StoreError) in
            try await store.appendAudit(organization: owner, actor: actor, action: action, subject: entry)
        }
    }
}
