internal import Redis

// What an operator does. Each is one script call, which takes effect at once.
extension JobQueue {
    /// Stops claims from a queue; it goes on accepting jobs, and running ones go on.
    /// - Returns: false if it was paused already.
    @discardableResult
    package func pause(queue: String) async throws(JobQueueError) -> Bool { try await onQueue("pause", queue) }

    /// Lets claims go on, after ``pause(queue:)`` or ``drain(queue:)``.
    /// - Returns: false if it was neither.
    @discardableResult
    package func resume(queue: String) async throws(JobQueueError) -> Bool { try await onQueue("resume", queue) }

    /// Pauses a queue and asks its running jobs to go back at their next checkpoint, with no attempt spent. It is drained
    /// when nothing of it is active.
    /// - Returns: false if it was draining already.
    @discardableResult
    package func drain(queue: String) async throws(JobQueueError) -> Bool { try await onQueue("drain", queue) }

    /// What became of a wish to cancel.
    package enum CancelResult: Int64, Sendable, Hashable {
        /// There is no such job.
        case absent = 0
        /// It waited, and is gone.
        case removed = 1
        /// It runs: its next heartbeat is told.
        case asked = 2
    }

    /// Removes a waiting job, or asks a running one to stop for good.
    package func cancel(resource: String) async throws(JobQueueError) -> CancelResult {
        guard let result = CancelResult(rawValue: try await deed("cancel", .string(resource))) else {
            throw .unexpectedReply(script: "control")
        }
        return result
    }

    /// Makes a waiting job ready at once, as urgent as can be. It still has to pass its gates.
    /// - Returns: false if it doesn't wait.
    package func runNow(resource: String) async throws(JobQueueError) -> Bool {
        try await deed("now", .string(resource)) == 1
    }

    /// Removes up to `limit` waiting jobs of a queue.
    /// - Returns: how many they were; call again while that is not zero.
    package func purge(queue: String, limit: Int = 1_000) async throws(JobQueueError) -> Int {
        try known(queue)
        var removed = 0
        var cursor = ""
        repeat {
            let reply = try await run(
                QueueScripts.control, name: "control",
                [.string("remove"), .string(queue), .integer(Int64(limit - removed)), .string(cursor)])
            guard let parts = reply.array, parts.count == 2, let count = parts[0].integer, let next = parts[1].string
            else { throw .unexpectedReply(script: "control") }
            removed += Int(count)
            cursor = next
        } while !cursor.isEmpty && removed < limit
        return removed
    }

    /// Sets or takes away what a gate lets through.
    /// - Parameter name: `class:name`, or `class:*` for all of a class that have no limit of their own.
    package func setGate(_ name: String, _ limit: GateLimit?) async throws(JobQueueError) {
        guard JobRequest.isName(name) else { throw .invalidRequest(field: "gate") }
        _ = try await deed(
            "gate", .string(name), .integer(Int64(limit?.slots ?? -1)), .string("\(limit?.rate ?? -1)"),
            .integer(Int64(max(1, limit?.burst ?? 1))))
    }

    /// Closes a gate until a time, milliseconds since 1970; a time that has passed opens it.
    package func closeGate(_ name: String, until: Int64) async throws(JobQueueError) {
        guard JobRequest.isName(name) else { throw .invalidRequest(field: "gate") }
        _ = try await deed("close", .string(name), .integer(until))
    }

    /// Tells a worker something, by its next heartbeat; nil takes an order back.
    /// - Returns: whether such a worker is heard of.
    @discardableResult
    package func order(worker: String, _ order: WorkerOrder?) async throws(JobQueueError) -> Bool {
        try await deed("order", .string(worker), .string(order?.text ?? "")) == 1
    }

    /// Strikes a worker off that has ended.
    func strikeOff(worker: String) async throws(JobQueueError) { _ = try await deed("leave", .string(worker)) }

    private func onQueue(_ name: String, _ queue: String) async throws(JobQueueError) -> Bool {
        try known(queue)
        return try await deed(name, .string(queue)) == 1
    }

    func known(_ queue: String) throws(JobQueueError) {
        guard settings.queues.contains(queue) else { throw .unknownQueue(queue) }
    }

    private func deed(_ name: String, _ arguments: RedisArgument...) async throws(JobQueueError) -> Int64 {
        let reply = try await run(QueueScripts.control, name: "control", [.string(name)] + arguments)
        guard let result = reply.integer else { throw .unexpectedReply(script: "control") }
        return result
    }
}
