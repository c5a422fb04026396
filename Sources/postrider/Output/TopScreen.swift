import JobQueue
import MailModel
import MailStore
import Operations

/// What `postrider top` shows, as lines of text.
enum TopScreen {
    /// - Parameters:
    ///   - width: columns; longer lines are cut.
    ///   - height: lines; what doesn't fit is left out from the end, and said to be.
    static func lines(_ overview: Overview, running: [RunningJob], width: Int, height: Int) -> [String] {
        var lines = tiles(overview)
        func section(_ table: Table) { if !table.isEmpty { lines += [""] + table.lines } }
        section(.queues(overview.queues))
        section(.workers(overview.workers))
        section(.running(running))
        if lines.count > height {
            let left = lines.count - height + 1
            lines = Array(lines.prefix(max(0, height - 1))) + ["… and \(left) lines more"]
        }
        return lines.map { Table.cut($0, to: width) }
    }

    private static func tiles(_ overview: Overview) -> [String] {
        var lines = ["postrider \(Version.current)   \(Moment.rfc3339(overview.at))   \(leader(overview))"]
        lines.append(
            "ready \(overview.ready)   delayed \(overview.delayed)   parked \(overview.parked)   active \(overview.active)"
                + "   dead \(overview.deadLetters.map(String.init) ?? "?")"
                + "   oldest ready \(overview.oldestReady.map(Amount.span) ?? "-")")
        for server in overview.servers {
            guard let known = server.server else {
                lines.append("Redis \(server.shard)   doesn't answer")
                continue
            }
            let limit = known.memoryLimit.map { "of \(Amount.bytes(Int($0)))" } ?? "without a limit"
            lines.append(
                "Redis \(server.shard)   \(known.version)   \(Amount.bytes(Int(known.usedMemory))) \(limit)   "
                    + known.evictionPolicy)
        }
        if let database = overview.database {
            lines.append(
                "PostgreSQL \(database.version)   \(Amount.bytes(Int(database.size)))   \(database.connections) of "
                    + "\(database.maxConnections) connections   outbox lag "
                    + Amount.span(.milliseconds(Int64(database.outboxLagSeconds * 1_000))))
        } else {
            lines.append("PostgreSQL   doesn't answer")
        }
        if let accounts = overview.accounts, !accounts.isEmpty {
            lines.append("accounts   " + accounts.map { "\($0.state.rawValue) \($0.count)" }.joined(separator: "   "))
        }
        return lines + overview.problems.map { "! \($0)" }
    }

    private static func leader(_ overview: Overview) -> String {
        guard let leader = overview.leader else { return "no scheduler leads" }
        return leader.isHeld ? "scheduler \(leader.name) leads" : "no scheduler leads; \(leader.name) did last"
    }
}
