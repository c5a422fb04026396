package import JobQueue

extension QueueOperations {
    /// The workers that are heard of, by name.
    package func workers() async throws(OperationsError) -> [WorkerSummary] {
        var told: [String: [(status: WorkerStatus, age: Duration)]] = [:]
        var lease: Duration = .zero
        for shard in shards {
            let now = try await ask(shard) { shard throws(JobQueueError) in try await shard.serverTime() }
            lease = max(lease, shard.settings.lease)
            for status in try await ask(shard, { shard throws(JobQueueError) in try await shard.workers() }) {
                told[status.identity.name, default: []].append((status, .milliseconds(now - status.lastSeen)))
            }
        }
        return told.sorted { $0.key < $1.key }.compactMap { WorkerSummary($0.value, lease: lease) }
    }

    /// What runs now, longest first.
    ///
    /// - Parameters:
    ///   - worker: only its jobs.
    ///   - limit: jobs that are looked at in each shard, at most; some hundreds more may be.
    package func running(
        of worker: String? = nil, limit: Int = 10_000
    ) async throws(OperationsError) -> [RunningJob] {
        var found: [String: RunningJob] = [:]
        for shard in shards {
            var cursor: String?
            var seen = 0
            repeat {
                let from = cursor
                let page = try await ask(shard) { shard throws(JobQueueError) in
                    try await shard.runningJobs(cursor: from)
                }
                let now = try await ask(shard) { shard throws(JobQueueError) in try await shard.serverTime() }
                for job in page.jobs where worker == nil || job.worker == worker {
                    found[job.resource] = RunningJob(JobRecord(job, shard: shard.settings.shard), now: now)
                }
                seen += page.jobs.count
                cursor = seen < limit ? page.next : nil
            } while cursor != nil
        }
        return found.values.sorted { ($1.elapsed, $0.job.resource) < ($0.elapsed, $1.job.resource) }
    }

    /// Has workers claim no more, claim again, or drain and end. They are told by their next heartbeat.
    ///
    /// - Parameter names: `nil` for all that are heard of.
    /// - Returns: the workers that are told.
    /// - Throws: ``OperationsError/unknownWorker(_:known:)``, having told nobody.
    @discardableResult
    package func order(_ conduct: WorkerOrder.Conduct, workers names: [String]?) async throws(OperationsError)
        -> [String]
    {
        let told = try await requireWorkers(names)
        for worker in told {
            try await record("worker.\(conduct.rawValue)", "worker:\(worker.name)")
            let order = WorkerOrder(conduct: conduct)
            _ = try await askAll { shard throws(JobQueueError) in
                try await shard.workers().contains { $0.identity.name == worker.name }
                    ? try await shard.order(worker: worker.name, order) : false
            }
        }
        return told.map(\.name)
    }

    /// Changes how many jobs a worker runs at once; where it serves several shards they are divided between these.
    ///
    /// - Parameter count: 1 to 1,000.
    package func setConcurrency(_ count: Int, worker name: String) async throws(OperationsError) {
        guard (1...1_000).contains(count) else {
            throw .unusable(what: "the concurrency", value: "\(count)", remedy: "give 1 to 1,000")
        }
        _ = try await requireWorkers([name])
        try await record("worker.concurrency", "worker:\(name)")
        var serving: [(shard: JobQueue, state: WorkerStatus.State)] = []
        for shard in shards {
            let statuses = try await ask(shard) { shard throws(JobQueueError) in try await shard.workers() }
            if let status = statuses.first(where: { $0.identity.name == name }) {
                serving.append((shard, status.state))
            }
        }
        for (index, place) in serving.enumerated() {
            let part = max(1, count / serving.count + (index < count % serving.count ? 1 : 0))
            // The conduct goes along with every order: it stays what it is.
            let conduct: WorkerOrder.Conduct =
                switch place.state {
                case .working: .work
                case .quiet: .quiet
                case .stopping: .stop
                }
            let order = WorkerOrder(conduct: conduct, concurrency: part)
            _ = try await ask(place.shard) { shard throws(JobQueueError) in
                try await shard.order(worker: name, order)
            }
        }
    }

    private func requireWorkers(_ names: [String]?) async throws(OperationsError) -> [WorkerSummary] {
        let known = try await workers()
        guard let names else { return known }
        var found: [WorkerSummary] = []
        for name in names {
            guard let worker = known.first(where: { $0.name == name }) else {
                throw .unknownWorker(name, known: known.map(\.name))
            }
            found.append(worker)
        }
        return found
    }
}
