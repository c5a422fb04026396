import Testing

@testable import JobQueue

@Suite struct RetryBackoffTests {
    @Test(
        "the bound doubles with each attempt up to the cap, and the draw takes a part of it",
        arguments: [
            (1, 2.0), (2, 4), (3, 8), (6, 60), (500, 60),
        ])
    func delays(attempt: Int, bound: Double) {
        let backoff = RetryBackoff(base: .seconds(2), cap: .seconds(60))
        #expect(backoff.delay(attempt: attempt, random: 0) == .zero)
        #expect(backoff.delay(attempt: attempt, random: 0.5) == .seconds(bound / 2))
    }
}
