internal import Synchronization

/// Rescues the jobs of workers that are gone, and makes delayed jobs ready: one round every two seconds.
///
/// Any number may run at once; they do no harm to each other.
package final class Reaper: Sendable {
    private let queue: JobQueue
    private let sleep: @Sendable (Duration) async throws -> Void
    private let random: @Sendable () -> Double
    private let cursor = Mutex(ReapCursor())
    private let success = SuccessMark()

    /// Rounds of promotion in one run, so that a run stays bounded when very many jobs are due at once.
    private static let promotionsPerRun = 20

    /// - Parameters:
    ///   - random: draws from 0..<1 for the pause after a failure.
    ///   - sleep: throws when its task is cancelled.
    package init(
        queue: JobQueue, random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.queue = queue
        self.random = random
        self.sleep = sleep
    }

    /// When a round last succeeded; nil before the first.
    package var lastSuccess: ContinuousClock.Instant? { success.last }

    /// One round.
    package func runOnce() async throws(JobQueueError) -> ReapCounts {
        var (counts, next) = try await queue.reap(cursor: cursor.withLock { $0 })
        cursor.withLock { $0 = next }
        for _ in 0..<Self.promotionsPerRun {
            let (promoted, nextDue) = try await queue.promoteDue()
            counts.promoted += promoted
            counts.nextDue = nextDue
            if promoted < queue.settings.maintenanceBatch { break }
        }
        success.touch()
        return counts
    }

    /// Round after round, until its task is cancelled. A delayed job that is due before the next round is waited for.
    /// - Parameter report: what each round found, or why it failed.
    package func run(report: @Sendable (Result<ReapCounts, JobQueueError>) -> Void = { _ in }) async {
        while !Task.isCancelled {
            let interval = queue.settings.reaperInterval
            var pause: Duration
            do throws(JobQueueError) {
                let counts = try await runOnce()
                report(.success(counts))
                pause = min(interval, max(.milliseconds(1), counts.nextDue ?? interval))
            } catch {
                report(.failure(error))
                pause = interval * (0.5 + random() / 2)
            }
            do { try await sleep(pause) } catch { return }
        }
    }
}
