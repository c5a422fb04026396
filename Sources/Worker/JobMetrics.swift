import JobQueue
import MetricNames
import Metrics
import Synchronization

/// What a worker tells of its jobs.
final class JobMetrics: Sendable {
    private let finished = Mutex<[String: Counter]>([:])
    private let duration = PostriderMetrics.jobDuration.timer()

    func record(_ run: FinishedRun) {
        let word = run.outcome.told.word
        let counter = finished.withLock { finished in
            if let counter = finished[word] { return counter }
            let counter = PostriderMetrics.jobsFinished.counter(word)
            finished[word] = counter
            return counter
        }
        counter.increment()
        duration.recordNanoseconds(Int64(run.duration / .nanoseconds(1)))
    }
}
