import JobQueue
import MailModel
import MailStore

extension QueueOperations {
    /// Does what is wanted of one job.
    ///
    /// - Parameter name: as for ``job(_:attempts:)``.
    /// - Throws: ``OperationsError/unknownJob(_:)``; ``OperationsError/wrongPlace(job:is:remedy:)`` where it is not where
    ///   the deed needs it.
    package func perform(_ wish: JobWish, on name: String) async throws(OperationsError) -> JobDeed {
        let found = try await locate(name)
        switch wish {
        case .retry:
            if let letter = found.letter { return try await retry(letter, name) }
            return try await makeReady(found, name, wish)
        case .run: return try await makeReady(found, name, wish)
        case .cancel:
            guard let live = found.live, !found.isLetterNamed else {
                throw misplaced(found, name, remedy: "retry it (job retry) or delete it (job delete)")
            }
            return try await cancel(live.job, in: live.shard, wish, name)
        case .delete:
            if let letter = found.letter { return try await delete(letter, name) }
            guard let live = found.live else { throw .unknownJob(name) }
            guard live.job.state != .active else {
                throw .wrongPlace(job: name, is: .active, remedy: "ask it to stop first (job cancel)")
            }
            return try await cancel(live.job, in: live.shard, wish, name)
        }
    }

    private func misplaced(_ found: Location, _ name: String, remedy: String) -> OperationsError {
        found.letter == nil ? .unknownJob(name) : .wrongPlace(job: name, is: .dead, remedy: remedy)
    }

    private func makeReady(
        _ found: Location, _ name: String, _ wish: JobWish
    ) async throws(OperationsError) -> JobDeed {
        guard let live = found.live, !found.isLetterNamed else {
            throw misplaced(found, name, remedy: "retry it (job retry)")
        }
        let resource = live.job.resource
        let running = OperationsError.wrongPlace(
            job: name, is: .active, remedy: "`postrider job show \(name)` tells how far it is")
        guard live.job.state != .active else { throw running }
        try await record("job.\(wish.rawValue)", "job:\(resource)", organization: live.job.organization)
        guard try await ask(live.shard, { shard throws(JobQueueError) in try await shard.runNow(resource: resource) })
        else {
            throw running
        }
        return .madeReady
    }

    private func retry(_ letter: DeadLetter, _ name: String) async throws(OperationsError) -> JobDeed {
        try await record("job.retry", "dead:\(letter.id)", organization: JobRecord(letter).organization)
        let filter = DeadLetterFilter(ids: [letter.id])
        let woken = try await read { store throws(StoreError) in
            try await store.retryDeadLetters(filter, limit: 1)
        }
        guard !woken.isEmpty else { throw .unknownJob(name) }
        return .retried
    }

    private func delete(_ letter: DeadLetter, _ name: String) async throws(OperationsError) -> JobDeed {
        try await record("job.delete", "dead:\(letter.id)", organization: JobRecord(letter).organization)
        let filter = DeadLetterFilter(ids: [letter.id])
        let count = try await read { store throws(StoreError) in
            try await store.deleteDeadLetters(filter, limit: 1)
        }
        guard count == 1 else { throw .unknownJob(name) }
        return .deleted
    }

    private func cancel(
        _ job: JobDetail, in shard: JobQueue, _ wish: JobWish, _ name: String
    ) async throws(OperationsError) -> JobDeed {
        try await record("job.\(wish.rawValue)", "job:\(job.resource)", organization: job.organization)
        guard let deed = try await cancel(job, in: shard) else { throw .unknownJob(name) }
        return deed
    }

    /// Removes a waiting job or asks a running one to stop; writes nothing into the audit log.
    /// - Returns: nil where it has ended meanwhile.
    func cancel(_ job: JobDetail, in shard: JobQueue) async throws(OperationsError) -> JobDeed? {
        // The durable mark first: it holds also if Redis forgets, and lets an account be due again in its interval.
        if let lane = AccountLane(resource: job.resource, organization: job.organization) {
            do throws(StoreError) {
                try await store.requestCancel(of: lane.account, lane: lane.lane)
            } catch {
                // A job of an account that is gone can go, too.
                if case .notFound = error {} else { throw .store(error) }
            }
        }
        switch try await ask(shard, { shard throws(JobQueueError) in try await shard.cancel(resource: job.resource) }) {
        case .absent: return nil
        case .removed: return .removed
        case .asked: return .askedToStop
        }
    }
}
