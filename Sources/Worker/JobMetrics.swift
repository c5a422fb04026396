import JobQueue
import MetricNames
import Metrics

/// What a worker tells of its jobs.
final class JobMetrics: Sendable {
    /// By the outcome's word; all from the start, so that the first of a kind is seen as a rise from zero.
    private let finished: [String: Counter]
    private let duration = PostriderMetrics.jobDuration.timer()
    private let wait = PostriderMetrics.jobWait.timer()
    private let throttled: [String: Counter]
    private let hosts: HostLabels
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - providers: the hosts that throttles are told of by name.
    ///   - clock: milliseconds since 1970.
    init(providers: [String] = [], clock: @escaping @Sendable () -> Int64) {
        finished = Dictionary(
            uniqueKeysWithValues: JobOutcome.words.map { ($0, PostriderMetrics.jobsFinished.counter($0)) })
        throttled = Dictionary(
            uniqueKeysWithValues: Set(providers.map { $0.lowercased() } + [HostLabels.other]).map {
                ($0, PostriderMetrics.throttled.counter($0))
            })
        hosts = HostLabels(providers)
        self.clock = clock
    }

    func record(_ run: FinishedRun) {
        finished[run.outcome.told.word]?.increment()
        let took = Int64(run.duration / .nanoseconds(1))
        duration.recordNanoseconds(took)
        // The queue's server and this host have a clock each: what looks like a claim before its time was at once.
        let waited = clock() - took / 1_000_000 - run.job.enqueuedAt
        wait.recordNanoseconds(max(0, waited) * 1_000_000)
        if case .throttled(let gate, _) = run.outcome {
            let host = gate.split(separator: ":", maxSplits: 1).last.map(String.init) ?? gate
            throttled[hosts[host]]?.increment()
        }
    }
}
