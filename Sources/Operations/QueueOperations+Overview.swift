import JobQueue
package import MailModel
import MailStore

extension QueueOperations {
    /// Everything at a glance. Never fails: what can't be read is in ``Overview/problems``.
    ///
    /// - Parameter withAccounts: also counts the accounts by state, which reads every account: at most every some seconds.
    package func overview(now: EpochSeconds = TimeSource.system.now, withAccounts: Bool = true) async -> Overview {
        var overview = Overview(at: now)
        await readQueues(into: &overview)
        await readServers(into: &overview)
        await readStore(into: &overview, withAccounts: withAccounts)
        return overview
    }

    private func readQueues(into overview: inout Overview) async {
        do throws(OperationsError) {
            let shards = try await askAll { shard throws(JobQueueError) in try await shard.overview() }
            overview.queues = QueueSummary.merge(shards)
            overview.parked = shards.reduce(0) { $0 + $1.parked }
            overview.workers = try await workers()
        } catch {
            overview.problems.append("the queue: \(error)")
        }
    }

    private func readServers(into overview: inout Overview) async {
        for shard in shards {
            let name = shard.settings.shard
            do throws(OperationsError) {
                let server = try await ask(shard) { shard throws(JobQueueError) in try await shard.serverHealth() }
                overview.servers.append(.init(shard: name, server: server, problem: nil))
                for warning in server.warnings where !overview.problems.contains(warning) {
                    overview.problems.append(warning)
                }
            } catch {
                overview.servers.append(.init(shard: name, server: nil, problem: "\(error)"))
                // The same server that the queues were asked for says the same again.
                if !overview.problems.contains("the queue: \(error)") {
                    overview.problems.append("Redis of shard \(name): \(error)")
                }
            }
        }
    }

    private func readStore(into overview: inout Overview, withAccounts: Bool) async {
        let now = overview.at
        do throws(OperationsError) {
            overview.database = try await read { store throws(StoreError) in try await store.databaseHealth() }
            overview.leader = try await read { store throws(StoreError) in try await store.leader() }
            overview.deadLetters = try await read { store throws(StoreError) in try await store.deadLetterCount() }
            try await rate(&overview.queues, now: now)
            if withAccounts {
                overview.accounts = try await read { store throws(StoreError) in try await store.accountsByState() }
            }
        } catch {
            overview.problems.append("the store: \(error)")
        }
    }

    /// Fills in what the queues did a minute, of the last five full minutes that the history has.
    func rate(_ queues: inout [QueueSummary], now: EpochSeconds) async throws(OperationsError) {
        let span: Int64 = 5
        let thisMinute = now.rawValue / 60 * 60
        let since = EpochSeconds(thisMinute - span * 60)
        let minutes = try await read { store throws(StoreError) in try await store.jobMinutes(since: since) }
            .filter { $0.minute.rawValue < thisMinute }
        // Without a row nobody may be counting; that is not the same as nothing done.
        guard !minutes.isEmpty else { return }
        for index in queues.indices {
            var rate = QueueRate(processed: 0, failed: 0)
            for minute in minutes where minute.queue == queues[index].name {
                if QueueRate.failures.contains(minute.outcome) {
                    rate.failed += Double(minute.count) / Double(span)
                } else if !QueueRate.neither.contains(minute.outcome) {
                    rate.processed += Double(minute.count) / Double(span)
                }
            }
            queues[index].rate = rate
        }
    }
}
