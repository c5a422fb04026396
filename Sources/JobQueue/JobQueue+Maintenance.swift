internal import Redis

extension JobQueue {
    /// Rescues jobs whose lease ran out or that have none, and frees what they held, once.
    /// - Parameter cursor: what the call before gave back.
    /// - Returns: the counts, and where the next call goes on.
    package func reap(cursor: ReapCursor = ReapCursor()) async throws(JobQueueError) -> (
        counts: ReapCounts, cursor: ReapCursor
    ) {
        let reply = try await run(
            QueueScripts.reap, name: "reap",
            [
                .integer(Int64(settings.maintenanceBatch)), .string(cursor.active), .string(cursor.slots),
                .integer(settings.workerSilence.milliseconds), .string(cursor.parked),
            ])
        guard let parts = reply.array, parts.count == 7, let expired = parts[0].integer,
            let orphaned = parts[1].integer, let freed = parts[2].integer, let active = parts[3].string,
            let slots = parts[4].string, let due = parts[5].integer, let parked = parts[6].string
        else { throw .unexpectedReply(script: "reap") }
        var counts = ReapCounts()
        counts.expired = Int(expired)
        counts.orphaned = Int(orphaned)
        counts.freedSlots = Int(freed)
        counts.nextDue = due < 0 ? nil : .milliseconds(due)
        return (counts, ReapCursor(active: active, slots: slots, parked: parked))
    }

    /// Makes delayed jobs ready whose time has come, as many as fit into one call, and looks at gates that open.
    /// - Returns: how many they were, and how long until the next.
    package func promoteDue() async throws(JobQueueError) -> (promoted: Int, nextDue: Duration?) {
        let reply = try await run(
            QueueScripts.promote, name: "promote", [.integer(Int64(settings.maintenanceBatch))])
        guard let parts = reply.array, parts.count == 2, let count = parts[0].integer, let due = parts[1].integer
        else { throw .unexpectedReply(script: "promote") }
        return (Int(count), due < 0 ? nil : .milliseconds(due))
    }
}
