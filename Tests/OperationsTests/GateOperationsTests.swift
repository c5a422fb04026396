import MailStore
import Testing

@testable import JobQueue
@testable import Operations

@Suite("Gates over several shards", .needsServers)
struct GateOperationsTests {
    @Test("a limit is set over all shards together, and shown so")
    func limits() async throws {
        try await Installation.with { installation in
            let operations = installation.operations
            // when
            try await operations.setGate("host:a", GateLimit(slots: 5, rate: 3, burst: 4))
            try await operations.setGate("organization:*", GateLimit(slots: 2))
            // then
            let gates = try await operations.gates()
            #expect(gates.map(\.name) == ["host:a", "organization:*"])
            #expect(gates.map(\.limit) == [GateLimit(slots: 5, rate: 3, burst: 4), GateLimit(slots: 2)])
            for shard in installation.shards { #expect(try await shard.gates().map(\.limit.slots) == [2, 2]) }
            // and it is kept for a Redis that has lost it
            #expect(
                try await installation.store.gateSettings() == [
                    GateSetting(gate: "host:a", slots: 5, ratePerSecond: 3, burst: 4),
                    GateSetting(gate: "organization:*", slots: 2),
                ])
            // when
            try await operations.setGate("host:a", nil)
            #expect(try await operations.gates().map(\.name) == ["organization:*"])
            #expect(try await installation.store.gateSettings().map(\.gate) == ["organization:*"])
        }
    }

    @Test("a closed gate keeps jobs back in every shard until it is opened")
    func closes() async throws {
        try await Installation.with { installation in
            let operations = installation.operations
            try await operations.closeGate("host:a", for: .seconds(600))
            for (index, shard) in installation.shards.enumerated() {
                try await shard.enqueue([
                    JobRequest(kind: "look", resource: "r\(index)", organization: "o", gates: ["host:a"])
                ])
                #expect(try await shard.claim(max: 1).isEmpty)
            }
            let gate = try #require(try await operations.gates().first)
            let now = try await installation.shards[0].serverTime()
            #expect(gate.parked == 2 && abs((gate.closedUntil ?? 0) - now - 600_000) < 60_000)
            try await operations.closeGate("host:a", for: .zero)
            try await installation.eventually("the jobs are ready again") {
                try await installation.operations.queue("default").ready == 2
            }
            #expect(try await installation.audited() == ["gate.close gate:host:a", "gate.open gate:host:a"])
        }
    }

    @Test("what is no gate or no limit is refused", arguments: ["host", "host:", ":a", "", "host:\u{7}"])
    func refuses(name: String) async throws {
        try await Installation.with(shards: 1) { installation in
            let operations = installation.operations
            await #expect(throws: OperationsError.self) { try await operations.setGate(name, GateLimit(slots: 1)) }
            await #expect(throws: OperationsError.self) { try await operations.closeGate(name, for: .seconds(1)) }
            for limit in [
                GateLimit(slots: -1), GateLimit(rate: -1), GateLimit(rate: .nan), GateLimit(rate: 1, burst: 0),
            ] {
                await #expect(throws: OperationsError.self) { try await operations.setGate("host:a", limit) }
            }
            let gates = try await operations.gates()
            #expect(gates.isEmpty)
        }
    }
}
