import Redis
import Synchronization
import Testing

@testable import JobQueue

@Suite struct EnqueueSharingTests {
    /// A queue that answers when it is let to, and tells what it was asked for.
    private final class Server: Sendable {
        private struct State {
            var calls: [[String]] = []
            var failing: Set<String> = []
        }

        private let state = Mutex(State())
        let mayAnswer = Signal<Void>()
        let isAsked = Signal<Void>()

        var calls: [[String]] { state.withLock { $0.calls } }

        /// Has every call fail that holds this resource.
        func fail(_ resource: String) { state.withLock { _ = $0.failing.insert(resource) } }

        /// The outcome tells whose it is: merged for an even number, created for an odd one.
        func send(_ requests: [JobRequest]) async throws(JobQueueError) -> [EnqueueOutcome] {
            let fails = state.withLock { state in
                state.calls.append(requests.map(\.resource))
                return requests.contains { state.failing.contains($0.resource) }
            }
            isAsked.fire(())
            // A caller's cancellation is not the server's.
            while mayAnswer.value == nil { await Task.yield() }
            if fails { throw .unexpectedReply(script: "enqueue") }
            return requests.map { Self.outcome($0.resource) }
        }

        static func outcome(_ resource: String) -> EnqueueOutcome {
            (Int(resource) ?? 0).isMultiple(of: 2) ? .merged : .created
        }
    }

    private static func request(_ number: Int) -> JobRequest {
        JobRequest(kind: "look", resource: "\(number)", organization: "o")
    }

    private static func ask(
        _ sharing: EnqueueSharing, _ server: Server, _ numbers: [Int]
    ) async -> Result<[EnqueueOutcome], JobQueueError> {
        do throws(JobQueueError) {
            return .success(
                try await sharing.enqueue(numbers.map(request)) { requests throws(JobQueueError) in
                    try await server.send(requests)
                })
        } catch {
            return .failure(error)
        }
    }

    @Test("many callers share calls; each gets its own outcomes, in order, and each is sent once")
    func sharing() async {
        let server = Server()
        let sharing = EnqueueSharing(batch: 100)
        server.mayAnswer.fire(())
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let numbers = Array((number * 3)..<(number * 3 + 1 + number % 3))
                    return await Self.ask(sharing, server, numbers)
                        == .success(numbers.map { Server.outcome("\($0)") })
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        let sent = server.calls.flatMap { $0 }
        let expected = (0..<500).flatMap { number in (0...(number % 3)).map { "\(number * 3 + $0)" } }
        #expect(sent.sorted() == expected.sorted())
        #expect(server.calls.allSatisfy { $0.count <= 100 })
    }

    @Test("whoever comes while a call is under way goes with the next, in order of coming, within the batch")
    func gathering() async {
        let server = Server()
        let sharing = EnqueueSharing(batch: 4)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await Self.ask(sharing, server, [0]) }
            _ = await server.isAsked.wait()
            for number in 1...9 {
                group.addTask { _ = await Self.ask(sharing, server, [number]) }
                while sharing.waitingCount < number { await Task.yield() }
            }
            server.mayAnswer.fire(())
        }
        #expect(server.calls == [["0"], ["1", "2", "3", "4"], ["5", "6", "7", "8"], ["9"]])
    }

    @Test("an error is everybody's who shared the call, and nobody else's")
    func errors() async {
        let server = Server()
        let sharing = EnqueueSharing(batch: 2)
        server.fail("2")
        await withTaskGroup(of: (Int, Bool).self) { group in
            group.addTask { (0, (try? await Self.ask(sharing, server, [0]).get()) != nil) }
            _ = await server.isAsked.wait()
            for number in 1...4 {
                group.addTask { (number, (try? await Self.ask(sharing, server, [number]).get()) != nil) }
                while sharing.waitingCount < number { await Task.yield() }
            }
            server.mayAnswer.fire(())
            var fine: Set<Int> = []
            for await (number, isFine) in group where isFine { fine.insert(number) }
            // 1 shared the call of 2.
            #expect(fine == [0, 3, 4])
        }
    }

    @Test("a leader whose task is cancelled still answers those that it sends for, and passes the lead on")
    func cancelledLeader() async {
        let server = Server()
        let sharing = EnqueueSharing(batch: 2)
        let leader = Task { await Self.ask(sharing, server, [0]) }
        _ = await server.isAsked.wait()
        let others = (1...3).map { number in Task { await Self.ask(sharing, server, [number]) } }
        while sharing.waitingCount < 3 { await Task.yield() }
        leader.cancel()
        for other in others { other.cancel() }
        server.mayAnswer.fire(())
        let led = await leader.value
        #expect(led == .success([.merged]))
        for (number, other) in zip(1...3, others) {
            let answer = await other.value
            #expect(answer == .success([Server.outcome("\(number)")]))
        }
    }

    @Test("concurrent single enqueues of a queue are all there, in few calls", .needsRedisServer)
    func live() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let shard = TestShard(queue: JobQueue(client: client, settings: JobQueueSettings()), client: client)
                try await shard.queue.establishEpoch(1)
                try await shard.queue.enqueue([shard.request("warm")])
                try await shard.raw("CONFIG", "RESETSTAT")
                try await withThrowingTaskGroup(of: [EnqueueOutcome].self) { group in
                    for number in 0..<1_000 {
                        group.addTask { try await shard.queue.enqueue([shard.request("r\(number)")]) }
                    }
                    for try await outcomes in group { #expect(outcomes == [.created]) }
                }
                let calls = try await server.calls(of: "evalsha", client)
                #expect(calls < 500)
                #expect(try await shard.depths().ready == 1_001)
            }
        }
    }
}
