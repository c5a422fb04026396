internal import Redis

extension JobQueue {
    /// How the shard stands.
    package func overview() async throws(JobQueueError) -> ShardOverview {
        let reply = try await run(QueueScripts.overview, name: "overview", [])
        guard let parts = reply.array, parts.count == 5 + settings.queues.count,
            let counters = parts[0].dictionary, let control = parts[3].dictionary
        else { throw .unexpectedReply(script: "overview") }
        var queues: [QueueStatus] = []
        for (name, part) in zip(settings.queues, parts[5...]) {
            let numbers = (part.array ?? []).compactMap(\.integer)
            guard numbers.count == 5 else { throw .unexpectedReply(script: "overview") }
            var status = QueueStatus(name: name)
            status.ready = Int(numbers[0])
            status.delayed = Int(numbers[1])
            status.active = Int(numbers[2])
            status.oldestReady = numbers[3] < 0 ? nil : .milliseconds(numbers[3])
            status.organizations = Int(numbers[4])
            status.isPaused = control["paused \(name)"] != nil
            status.isDraining = control["draining \(name)"] != nil
            for (field, value) in counters where field.hasPrefix("\(name) ") {
                status.totals[String(field.dropFirst(name.count + 1))] = value.integer
            }
            queues.append(status)
        }
        var overview = ShardOverview(shard: settings.shard, queues: queues)
        overview.parked = Int(parts[1].integer ?? 0)
        overview.workers = Int(parts[2].integer ?? 0)
        return overview
    }

    /// The gates that have limits or are closed, by name.
    package func gates() async throws(JobQueueError) -> [GateStatus] {
        let reply = try await run(QueueScripts.overview, name: "overview", [])
        guard let parts = reply.array, parts.count == 5 + settings.queues.count, let rows = parts[4].array else {
            throw .unexpectedReply(script: "overview")
        }
        let gates = rows.compactMap(GateStatus.init(reply:))
        guard gates.count == rows.count else { throw .unexpectedReply(script: "overview") }
        return gates.sorted { $0.name < $1.name }
    }
}

extension RedisValue {
    /// A flat array of names and values, as HGETALL answers.
    fileprivate var dictionary: [String: RedisValue]? {
        guard let elements = array, elements.count.isMultiple(of: 2) else { return nil }
        var found: [String: RedisValue] = [:]
        for at in stride(from: 0, to: elements.count, by: 2) {
            guard let name = elements[at].string else { return nil }
            found[name] = elements[at + 1]
        }
        return found
    }
}
