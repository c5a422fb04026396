import Synchronization
import Testing

@testable import CallSharing

@Suite struct SharedCallsTests {
    /// A server that answers when it is let to, and tells what it was asked for.
    private typealias Calls = SharedCalls<Int, String, Refused>

    private struct Refused: Error, Hashable {}

    private final class Server: Sendable {
        private struct State {
            var calls: [[Int]] = []
            var failing: Set<Int> = []
        }

        private let state = Mutex(State())
        private let answers = Atomic(false)
        private let asked = Atomic(false)

        var isAsked: Bool { asked.load(ordering: .acquiring) }

        func mayAnswer() { answers.store(true, ordering: .releasing) }

        var calls: [[Int]] { state.withLock { $0.calls } }

        /// Has every call fail that holds this number.
        func fail(_ number: Int) { state.withLock { _ = $0.failing.insert(number) } }

        /// The answer tells whose it is.
        func send(_ numbers: [Int]) async throws(Refused) -> [String] {
            let fails = state.withLock { state in
                state.calls.append(numbers)
                return numbers.contains(where: state.failing.contains)
            }
            asked.store(true, ordering: .releasing)
            // A caller's cancellation is not the server's.
            while !answers.load(ordering: .acquiring) { await Task.yield() }
            if fails { throw Refused() }
            return numbers.map(String.init)
        }
    }

    private static func ask(
        _ sharing: Calls, _ server: Server, _ numbers: [Int]
    ) async -> Result<[String], Refused> {
        do throws(Refused) {
            return .success(
                try await sharing.perform(numbers) { numbers throws(Refused) in
                    try await server.send(numbers)
                })
        } catch {
            return .failure(error)
        }
    }

    @Test("many callers share calls; each gets its own outcomes, in order, and each is sent once")
    func sharing() async {
        let server = Server()
        let sharing = Calls(batch: 100)
        server.mayAnswer()
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let numbers = Array((number * 3)..<(number * 3 + 1 + number % 3))
                    return await Self.ask(sharing, server, numbers)
                        == .success(numbers.map(String.init))
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        let sent = server.calls.flatMap { $0 }
        let expected = (0..<500).flatMap { number in (0...(number % 3)).map { number * 3 + $0 } }
        #expect(sent.sorted() == expected.sorted())
        #expect(server.calls.allSatisfy { $0.count <= 100 })
    }

    @Test("whoever comes while a call is under way goes with the next, in order of coming, within the batch")
    func gathering() async {
        let server = Server()
        let sharing = Calls(batch: 4)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await Self.ask(sharing, server, [0]) }
            while !server.isAsked { await Task.yield() }
            for number in 1...9 {
                group.addTask { _ = await Self.ask(sharing, server, [number]) }
                while sharing.waitingCount < number { await Task.yield() }
            }
            server.mayAnswer()
        }
        #expect(server.calls == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9]])
    }

    @Test("an error is everybody's who shared the call, and nobody else's")
    func errors() async {
        let server = Server()
        let sharing = Calls(batch: 2)
        server.fail(2)
        await withTaskGroup(of: (Int, Bool).self) { group in
            group.addTask { (0, (try? await Self.ask(sharing, server, [0]).get()) != nil) }
            while !server.isAsked { await Task.yield() }
            for number in 1...4 {
                group.addTask { (number, (try? await Self.ask(sharing, server, [number]).get()) != nil) }
                while sharing.waitingCount < number { await Task.yield() }
            }
            server.mayAnswer()
            var fine: Set<Int> = []
            for await (number, isFine) in group where isFine { fine.insert(number) }
            // 1 shared the call of 2.
            #expect(fine == [0, 3, 4])
        }
    }

    @Test("a leader whose task is cancelled still answers those that it sends for, and passes the lead on")
    func cancelledLeader() async {
        let server = Server()
        let sharing = Calls(batch: 2)
        let leader = Task { await Self.ask(sharing, server, [0]) }
        while !server.isAsked { await Task.yield() }
        let others = (1...3).map { number in Task { await Self.ask(sharing, server, [number]) } }
        while sharing.waitingCount < 3 { await Task.yield() }
        leader.cancel()
        for other in others { other.cancel() }
        server.mayAnswer()
        let led = await leader.value
        #expect(led == .success(["0"]))
        for (number, other) in zip(1...3, others) {
            let answer = await other.value
            #expect(answer == .success(["\(number)"]))
        }
    }
}
