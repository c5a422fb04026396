import AccountJobs
package import JobQueue
import MailStore

extension QueueOperations {
    /// The gates that have limits or are closed, by name.
    package func gates() async throws(OperationsError) -> [GateSummary] {
        var gates: [String: GateSummary] = [:]
        for statuses in try await askAll({ shard throws(JobQueueError) in try await shard.gates() }) {
            for status in statuses {
                if gates[status.name] == nil {
                    gates[status.name] = GateSummary(status)
                } else {
                    gates[status.name]?.add(status)
                }
            }
        }
        // What an operator has set is the whole; the shards' shares may be less together.
        for setting in try await read({ store throws(StoreError) in try await store.gateSettings() }) {
            var gate = gates[setting.gate] ?? GateSummary(setting.gate)
            gate.limit = GateLimit(slots: setting.slots, rate: setting.ratePerSecond, burst: setting.burst)
            gate.connections = setting.connections
            gates[setting.gate] = gate
        }
        let open = try await read { store throws(StoreError) in try await store.openConnections() }
        for name in gates.keys where name.hasPrefix("host:") && name != "host:*" {
            gates[name]?.connectionsOpen = open[name] ?? 0
        }
        return gates.values.sorted { $0.name < $1.name }
    }

    /// Sets or takes away what a gate lets through, over all shards together.
    ///
    /// - Parameters:
    ///   - name: `class:name`, or `class:*` for all of a class that have no limit of their own.
    ///   - limit: of its jobs; `nil` for none.
    ///   - connections: that may be open at once, over all processes; only of hosts and accounts. `nil` for any number at a
    ///     host, and for an account's usual number.
    package func setGate(
        _ name: String, _ limit: GateLimit?, connections: Int? = nil
    ) async throws(OperationsError) {
        try Self.requireGate(name)
        if let connections {
            guard connections >= 0 else {
                throw .unusable(what: "the connections", value: "\(connections)", remedy: "give 0 or more")
            }
            guard name.hasPrefix("host:") || name.hasPrefix("account:") else {
                throw .unusable(
                    what: "the gate", value: name, remedy: "connections are limited by host:… and account:…")
            }
        }
        if let limit {
            if let slots = limit.slots, slots < 0 {
                throw .unusable(what: "the slots", value: "\(slots)", remedy: "give 0 or more")
            }
            if let rate = limit.rate, !(rate >= 0 && rate.isFinite) {
                throw .unusable(what: "the rate", value: "\(rate)", remedy: "give jobs a second, 0 or more")
            }
            if limit.burst < 1 { throw .unusable(what: "the burst", value: "\(limit.burst)", remedy: "give 1 or more") }
        }
        try await record(limit == nil && connections == nil ? "gate.unlimit" : "gate.limit", "gate:\(name)")
        let setting = GateSetting(
            gate: name, slots: limit?.slots, ratePerSecond: limit?.rate, burst: limit?.burst ?? 1,
            connections: connections)
        // Kept first: a loss of Redis that comes meanwhile brings it back.
        try await read { store throws(StoreError) in try await store.keep(setting) }
        let part = limit.map { _ in setting.limit(in: shards.count) }
        _ = try await askAll { shard throws(JobQueueError) in try await shard.setGate(name, part) }
    }

    /// Closes a gate for a time, by the clock of Redis; zero opens it.
    package func closeGate(_ name: String, for duration: Duration) async throws(OperationsError) {
        try Self.requireGate(name)
        try await record(duration > .zero ? "gate.close" : "gate.open", "gate:\(name)")
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        _ = try await askAll { shard throws(JobQueueError) in
            let until = duration > .zero ? try await shard.serverTime() + milliseconds : 0
            try await shard.closeGate(name, until: until)
        }
    }

    private static func requireGate(_ name: String) throws(OperationsError) {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts.contains(where: \.isEmpty), name.utf8.count <= 512,
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw .unusable(
                what: "the gate", value: name, remedy: "write class:name, such as host:imap.example.org, or class:*")
        }
    }
}
