internal import Redis

extension JobQueue {
    /// Rescues jobs whose lease ran out or that have none, once.
    /// - Parameter cursor: what the call before gave back, "0" at first.
    /// - Returns: the counts, and where the next call goes on.
    package func reap(cursor: String = "0") async throws(JobQueueError) -> (counts: ReapCounts, cursor: String) {
        let reply = try await run(
            QueueScripts.reap, name: "reap", [.integer(Int64(settings.maintenanceBatch)), .string(cursor)])
        guard let parts = reply.array, parts.count == 4, let expired = parts[0].integer,
            let orphaned = parts[1].integer, let next = parts[2].string, let due = parts[3].integer
        else { throw .unexpectedReply(script: "reap") }
        var counts = ReapCounts()
        counts.expired = Int(expired)
        counts.orphaned = Int(orphaned)
        counts.nextDue = due < 0 ? nil : .milliseconds(due)
        return (counts, next)
    }

    /// Makes delayed jobs ready whose time has come, as many as fit into one call.
    /// - Returns: how many they were, and how long until the next.
    package func promoteDue() async throws(JobQueueError) -> (promoted: Int, nextDue: Duration?) {
        let reply = try await run(
            QueueScripts.promote, name: "promote", [.integer(Int64(settings.maintenanceBatch))])
        guard let parts = reply.array, parts.count == 2, let count = parts[0].integer, let due = parts[1].integer
        else { throw .unexpectedReply(script: "promote") }
        return (Int(count), due < 0 ? nil : .milliseconds(due))
    }

    /// How much of everything there is. Reads only, so it needs no epoch.
    package func depths() async throws(JobQueueError) -> QueueDepths {
        let commands = [
            RedisCommand("ZCARD", .string(keys.ready())),
            RedisCommand("ZCARD", .string(keys.delayed())),
            RedisCommand("HLEN", .string(keys.active())),
            RedisCommand("HMGET", .string(keys.counters()), "stale", "expired", "orphaned"),
        ]
        do throws(RedisError) {
            let replies = try await client.pipeline(commands)
            var depths = QueueDepths()
            depths.ready = Int(try replies[0].get().integer ?? 0)
            depths.delayed = Int(try replies[1].get().integer ?? 0)
            depths.active = Int(try replies[2].get().integer ?? 0)
            let totals = try replies[3].get().array ?? []
            guard totals.count == 3 else { throw .unexpectedReply("HMGET") }
            depths.staleFinishes = Int(totals[0].integer ?? 0)
            depths.expiredLeases = Int(totals[1].integer ?? 0)
            depths.orphans = Int(totals[2].integer ?? 0)
            return depths
        } catch {
            throw .redis(error)
        }
    }
}
