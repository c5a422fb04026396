import JobQueue
import MailModel
import MailStore

extension QueueOperations {
    /// Does what is wanted of all jobs that match, piece by piece: stopping half-way leaves the rest as it was.
    ///
    /// - `retry`: dead jobs, and waiting ones whose last attempt failed.
    /// - `run`: waiting jobs.
    /// - `cancel`: waiting and running jobs.
    /// - `delete`: waiting jobs, or the dead where the search says so.
    ///
    /// - Parameter progress: told how many so far.
    /// - Returns: how many it was done to.
    /// - Throws: ``OperationsError/unusable(what:value:remedy:)`` where the search asks for a state that the wish can't
    ///   have.
    @discardableResult
    package func perform(
        _ wish: JobWish, onAllMatching search: JobSearch, progress: (Int) -> Void = { _ in }
    ) async throws(OperationsError) -> Int {
        if let queue = search.queue { try requireQueue(queue) }
        let places = try Self.places(of: wish, search)
        try await record("jobs.\(wish.rawValue)", search.description, organization: search.organization.map { "\($0)" })
        var done = 0
        if places.contains(.dead) { try await performOnDead(wish, search, &done, progress) }
        let live = places.subtracting([.dead])
        if !live.isEmpty {
            for shard in shards { try await perform(wish, on: shard, search, live, &done, progress) }
        }
        return done
    }

    /// Where jobs are taken from.
    private static func places(of wish: JobWish, _ search: JobSearch) throws(OperationsError) -> Set<JobRecord.Place> {
        let usual: Set<JobRecord.Place> =
            switch wish {
            case .retry: [.dead, .delayed]
            case .run, .delete: [.ready, .delayed, .parked]
            case .cancel: [.ready, .delayed, .parked, .active]
            }
        guard let place = search.place else { return usual }
        let possible = wish == .delete ? usual.union([.dead]) : usual
        guard possible.contains(place) else {
            let names = JobRecord.Place.allCases.filter(possible.contains).map(\.rawValue)
            throw .unusable(
                what: "the state to \(wish.rawValue)", value: place.rawValue,
                remedy: "use \(names.joined(separator: ", "))")
        }
        return [place]
    }

    private func performOnDead(
        _ wish: JobWish, _ search: JobSearch, _ done: inout Int, _ progress: (Int) -> Void
    ) async throws(OperationsError) {
        while true {
            let count = try await read { store throws(StoreError) in
                wish == .retry
                    ? try await store.retryDeadLetters(search.letters, limit: Self.letterPage).count
                    : try await store.deleteDeadLetters(search.letters, limit: Self.letterPage)
            }
            if count == 0 { return }
            done += count
            progress(done)
        }
    }

    private func perform(
        _ wish: JobWish, on shard: JobQueue, _ search: JobSearch, _ places: Set<JobRecord.Place>, _ done: inout Int,
        _ progress: (Int) -> Void
    ) async throws(OperationsError) {
        var cursor: String?
        repeat {
            let page = try await page(of: shard, search, cursor: cursor)
            for job in page.jobs where places.contains(JobRecord.Place(job.state)) {
                let isDone: Bool
                switch wish {
                case .retry where job.lastError == nil: isDone = false
                case .retry, .run:
                    isDone = try await ask(shard) { shard throws(JobQueueError) in
                        try await shard.runNow(resource: job.resource)
                    }
                case .cancel, .delete: isDone = try await cancel(job, in: shard) != nil
                }
                if isDone { done += 1 }
            }
            if !page.jobs.isEmpty { progress(done) }
            cursor = page.next
        } while cursor != nil
    }
}
