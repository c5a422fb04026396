import Testing

@testable import SyncPlanning

@Suite("Time left")
struct ProgressEstimateTests {
    @Test("nothing is said before anything is done, and 0 once all is")
    func edges() {
        let some = SyncTotals(threads: 1, messages: 10, bytes: 1_000)
        #expect(ProgressEstimate.secondsLeft(remaining: some, done: SyncTotals(), elapsed: 5) == nil)
        #expect(ProgressEstimate.secondsLeft(remaining: some, done: some, elapsed: 0) == nil)
        #expect(ProgressEstimate.secondsLeft(remaining: SyncTotals(), done: some, elapsed: 5) == 0)
        #expect(ProgressEstimate.secondsLeft(remaining: SyncTotals(), done: SyncTotals(), elapsed: 0) == 0)
    }

    @Test("messages and bytes count alike")
    func meanOfShares() {
        let left = ProgressEstimate.secondsLeft(
            remaining: SyncTotals(threads: 1, messages: 30, bytes: 1_000),
            done: SyncTotals(threads: 1, messages: 10, bytes: 1_000), elapsed: 10)
        #expect(left == 20)
    }

    @Test("a preview takes the slower of the two bounds")
    func preview() {
        let many = SyncTotals(threads: 1, messages: 1_000, bytes: 10)
        let large = SyncTotals(threads: 1, messages: 1, bytes: 40_000_000)
        #expect(ProgressEstimate.secondsForAll(many, messagesPerSecond: 100, bytesPerSecond: 1_000_000) == 10)
        #expect(ProgressEstimate.secondsForAll(large, messagesPerSecond: 100, bytesPerSecond: 1_000_000) == 40)
    }
}
