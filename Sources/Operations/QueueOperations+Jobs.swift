import AccountJobs
import JobQueue
import MailModel
package import MailStore

extension QueueOperations {
    /// Dead letters that a page holds at most.
    static var letterPage: Int { 500 }

    /// A page of the jobs that match, of the queue's and then of the dead. It may be empty before the last.
    ///
    /// Running jobs are found without a look at those that wait; all else looks through everything that the queue has.
    /// - Parameter cursor: ``JobListing/next`` of the page before.
    package func jobs(
        _ search: JobSearch = JobSearch(), cursor: String? = nil
    ) async throws(OperationsError) -> JobListing {
        if let queue = search.queue { try requireQueue(queue) }
        var place: JobCursor = search.place == .dead ? .dead(after: nil) : .shard(0, nil)
        if let cursor {
            guard let given = JobCursor(text: cursor, shards: shards.count) else {
                throw .unusable(what: "the cursor", value: cursor, remedy: "use next_cursor of the page before")
            }
            place = given
        }
        switch place {
        case .shard(let index, let from):
            let page = try await page(of: shards[index], search, cursor: from)
            let name = shards[index].settings.shard
            return JobListing(
                jobs: page.jobs.map { JobRecord($0, shard: name) },
                next: next(after: index, page.next, search).map(\.text))
        case .dead(let last):
            let letters = try await read { store throws(StoreError) in
                try await store.deadLetters(search.letters, after: last, limit: Self.letterPage)
            }
            let isLast = letters.count < Self.letterPage
            return JobListing(
                jobs: letters.map { JobRecord($0) }, next: isLast ? nil : JobCursor.dead(after: letters.last?.id).text)
        }
    }

    private func next(after index: Int, _ cursor: String?, _ search: JobSearch) -> JobCursor? {
        if let cursor { return .shard(index, cursor) }
        if index + 1 < shards.count { return .shard(index + 1, nil) }
        return search.place == nil ? .dead(after: nil) : nil
    }

    /// A page of what a shard has, all of it matching.
    func page(
        of shard: JobQueue, _ search: JobSearch, cursor: String?
    ) async throws(OperationsError) -> (jobs: [JobDetail], next: String?) {
        let page = try await ask(shard) { shard throws(JobQueueError) in
            search.place == .active
                ? try await shard.runningJobs(cursor: cursor) : try await shard.jobs(search.filter, cursor: cursor)
        }
        return (page.jobs.filter(search.matches), page.next)
    }

    /// The dead by their errors, the most frequent first.
    package func deadGroups(_ search: JobSearch = JobSearch()) async throws(OperationsError) -> [DeadLetterGroup] {
        if let queue = search.queue { try requireQueue(queue) }
        return try await read { store throws(StoreError) in try await store.deadLetterGroups(search.letters) }
    }

    /// All that is known of a job, with the timeline of its attempts.
    ///
    /// - Parameter name: a resource, a dead letter's id, or an account's id for its sync.
    /// - Throws: ``OperationsError/unknownJob(_:)`` where nothing is known at all, not even a past.
    package func job(_ name: String, attempts limit: Int = 100) async throws(OperationsError) -> JobStory {
        let found = try await locate(name)
        let runs = try await read { store throws(StoreError) in
            try await store.jobRuns(of: found.resource, limit: limit)
        }
        if found.live == nil, found.letter == nil, runs.isEmpty { throw .unknownJob(name) }
        return JobStory(
            resource: found.resource, live: found.live.map { JobRecord($0.job, shard: $0.shard.settings.shard) },
            dead: found.letter.map { JobRecord($0) }, runs: runs)
    }

    /// Where a name leads.
    struct Location {
        let resource: String
        var live: (shard: JobQueue, job: JobDetail)?
        var letter: DeadLetter?
        /// Whether the dead letter itself was named, and nothing else is meant.
        var isLetterNamed = false
    }

    func locate(_ name: String) async throws(OperationsError) -> Location {
        var resource = name
        if let id = DeadLetterID(name) {
            if let letter = try await letter(id) {
                var location = Location(resource: letter.job.wakeUp.resource, letter: letter, isLetterNamed: true)
                location.live = try await live(location.resource)
                return location
            }
            resource = AccountJob.syncResource(AccountID(id.uuid))
        }
        var location = Location(resource: resource)
        location.live = try await live(resource)
        let wanted = resource
        location.letter = try await read { store throws(StoreError) in try await store.deadLetter(of: wanted) }
        return location
    }

    private func live(_ resource: String) async throws(OperationsError) -> (shard: JobQueue, job: JobDetail)? {
        for shard in shards {
            if let job = try await ask(
                shard, { shard throws(JobQueueError) in try await shard.job(resource: resource) })
            {
                return (shard, job)
            }
        }
        return nil
    }

    private func letter(_ id: DeadLetterID) async throws(OperationsError) -> DeadLetter? {
        do throws(StoreError) {
            return try await store.deadLetter(id, runs: 1).0
        } catch {
            if case .notFound = error { return nil }
            throw .store(error)
        }
    }
}
