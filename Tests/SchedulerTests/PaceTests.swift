import Synchronization
import Testing

@testable import Scheduler

@Suite("The pace of a duty") struct PaceTests {
    private struct Failure: Error {}

    private final class Rounds: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    @Test("a failure, even one that calls itself a cancellation, is waited out and never ends the duty")
    func failures() async {
        let (goneOn, tell) = AsyncStream<Int>.makeStream()
        let duty = Task {
            let rounds = Rounds()
            let pace = Pace(
                interval: .milliseconds(1), pauseAfterFailure: .milliseconds(1), duty: "failing", log: Rig.log)
            await pace.repeat {
                let round = rounds.next()
                if round == 1 { throw Failure() }
                if round == 2 { throw CancellationError() }
                tell.yield(round)
                return false
            }
            tell.finish()
        }
        let round = await goneOn.first { _ in true }
        duty.cancel()
        await duty.value
        #expect(round == 3)
    }
}
