import JobQueue
import MailStore
package import MailModel

extension QueueOperations {
    /// All queues.
    package func queues(now: EpochSeconds = TimeSource.system.now) async throws(OperationsError) -> [QueueSummary] {
        let shards = try await askAll { shard throws(JobQueueError) in try await shard.overview() }
        var queues = QueueSummary.merge(shards)
        try await rate(&queues, now: now)
        return queues
    }

    /// One queue, its parked jobs counted too where that takes no more than ``parkedLookBound`` looks at Redis.
    package func queue(
        _ name: String, now: EpochSeconds = TimeSource.system.now
    ) async throws(OperationsError) -> QueueSummary {
        try requireQueue(name)
        guard var queue = try await queues(now: now).first(where: { $0.name == name }) else {
            throw .unknownQueue(name, known: queueNames)
        }
        if queue.parked == nil { queue.parked = try await parkedJobs(of: name) }
        return queue
    }

    /// Pages of jobs that are looked through to count the parked ones of one queue.
    static var parkedLookBound: Int { 200 }

    private func parkedJobs(of queue: String) async throws(OperationsError) -> Int? {
        var count = 0
        var looks = 0
        let filter = JobFilter(queue: queue, state: .parked)
        for shard in shards {
            var cursor: String?
            repeat {
                if looks == Self.parkedLookBound { return nil }
                looks += 1
                let from = cursor
                let page = try await ask(shard) { shard throws(JobQueueError) in
                    try await shard.jobs(filter, cursor: from)
                }
                count += page.jobs.count
                cursor = page.next
            } while cursor != nil
        }
        return count
    }

    /// Stops claims from a queue; it goes on accepting jobs, and running ones go on.
    /// - Returns: false if it was paused already.
    @discardableResult
    package func pause(queue: String) async throws(OperationsError) -> Bool {
        try requireQueue(queue)
        try await record("queue.pause", "queue:\(queue)")
        try await keep(.paused, of: queue)
        return try await askAll { shard throws(JobQueueError) in try await shard.pause(queue: queue) }.contains(true)
    }

    /// Lets claims go on, after a pause or a drain.
    /// - Returns: false if it was neither.
    @discardableResult
    package func resume(queue: String) async throws(OperationsError) -> Bool {
        try requireQueue(queue)
        try await record("queue.resume", "queue:\(queue)")
        try await keep(nil, of: queue)
        return try await askAll { shard throws(JobQueueError) in try await shard.resume(queue: queue) }.contains(true)
    }

    /// Pauses a queue and asks its running jobs to go back at their next checkpoint, with no attempt spent; returns once
    /// nothing of it runs.
    ///
    /// - Parameters:
    ///   - timeout: for the wait; `nil` for no bound. The queue stays paused and drains on when it is over.
    ///   - pause: between two looks.
    ///   - progress: told how many jobs still run, whenever that changed.
    /// - Throws: ``OperationsError/notDrained(queue:active:)`` after the time-out.
    package func drain(
        queue: String, timeout: Duration? = nil, every pause: Duration = .milliseconds(200),
        progress: (Int) -> Void = { _ in }
    ) async throws(OperationsError) {
        try requireQueue(queue)
        try await record("queue.drain", "queue:\(queue)")
        try await keep(.draining, of: queue)
        _ = try await askAll { shard throws(JobQueueError) in try await shard.drain(queue: queue) }
        let end = timeout.map { ContinuousClock.now + $0 }
        var last: Int?
        while true {
            let shards = try await askAll { shard throws(JobQueueError) in try await shard.overview() }
            let active = QueueSummary.merge(shards).first { $0.name == queue }?.active ?? 0
            if active != last { progress(active) }
            last = active
            if active == 0 { return }
            if let end, ContinuousClock.now >= end { throw .notDrained(queue: queue, active: active) }
            // The pace of a display, not a wait for a state; a cancelled task stops waiting.
            guard (try? await Task.sleep(for: pause)) != nil else { throw .notDrained(queue: queue, active: active) }
        }
    }

    /// What was done to a queue outlives a loss of Redis; kept first, so that one that comes meanwhile knows of it.
    private func keep(_ control: QueueControl?, of queue: String) async throws(OperationsError) {
        try await read { store throws(StoreError) in try await store.keep(control, of: queue) }
    }

    /// Removes all waiting jobs of a queue. Accounts whose jobs are removed come back when their dispatch's hold ends.
    ///
    /// - Parameter progress: told how many are gone so far.
    /// - Returns: how many were removed.
    @discardableResult
    package func purge(queue: String, progress: (Int) -> Void = { _ in }) async throws(OperationsError) -> Int {
        try requireQueue(queue)
        try await record("queue.purge", "queue:\(queue)")
        var removed = 0
        for shard in shards {
            while true {
                let count = try await ask(shard) { shard throws(JobQueueError) in try await shard.purge(queue: queue) }
                if count == 0 { break }
                removed += count
                progress(removed)
            }
        }
        return removed
    }
}
