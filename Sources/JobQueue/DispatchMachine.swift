/// When a pool calls the queue, and what it waits for otherwise; without Redis and without a clock.
///
/// A pool that has room and knows of no work listens for wake-ups. A full or quiet pool does not listen, for it would take
/// a wake-up that another could use; if one reaches it all the same, it passes it on. Finishes and the next claim share a
/// call.
struct DispatchMachine {
    typealias Instant = ContinuousClock.Instant

    enum Action: Hashable {
        /// Hand in up to so many finishes and take up to so many jobs, either of which may be none.
        case exchange(finish: Int, claim: Int)
        /// Give a wake-up to another worker.
        case passOn
        /// Nothing to do until something is reported, or until the time.
        case wait(listening: Bool, until: Instant?)
        case stop
    }

    /// How a wait for a wake-up ended.
    enum Wake: Hashable {
        case woken
        /// The time was up, with nobody having called.
        case silence
        case failed
    }

    /// Jobs at once.
    private(set) var concurrency: Int
    /// Finishes, and claims, in one call.
    let batch: Int
    /// Jobs claimed whose finish Redis has not taken yet.
    private(set) var running = 0
    /// Those of them that have ended.
    private(set) var ended = 0
    private(set) var isStopping = false
    private(set) var isQuiet = false
    /// Whether the last claim left reason to believe that there is more.
    private var mayHaveWork = true
    private var hasWakeUp = false
    private var dueAt: Instant?
    private var retryAt: Instant?
    private var failures = 0

    init(concurrency: Int, batch: Int) {
        self.concurrency = concurrency
        self.batch = batch
    }

    mutating func next(now: Instant) -> Action {
        if isStopping && running == 0 { return .stop }
        if let retryAt, now < retryAt { return .wait(listening: false, until: retryAt) }
        retryAt = nil
        let finishing = min(ended, batch)
        let claiming = claimable(after: finishing, now: now)
        if finishing > 0 || claiming > 0 {
            if claiming > 0 {
                hasWakeUp = false
                mayHaveWork = false
                dueAt = nil
            }
            return .exchange(finish: finishing, claim: claiming)
        }
        let hasRoom = mayClaim && running < concurrency
        if hasWakeUp && !hasRoom {
            hasWakeUp = false
            mayHaveWork = true
            return .passOn
        }
        return .wait(listening: hasRoom, until: hasRoom ? dueAt : nil)
    }

    private var mayClaim: Bool { !isStopping && !isQuiet }

    private func claimable(after finishing: Int, now: Instant) -> Int {
        guard mayClaim, hasWakeUp || mayHaveWork || (dueAt.map { $0 <= now } ?? false) else { return 0 }
        return max(0, min(concurrency - (running - finishing), batch))
    }

    /// - Parameters:
    ///   - count: jobs that the claim brought.
    ///   - asked: how many it could have brought.
    ///   - mayBeMore: whether the queue knows that it has not looked at all.
    mutating func claimed(_ count: Int, asked: Int, mayBeMore: Bool = false, nextDue: Duration?, now: Instant) {
        running += count
        failures = 0
        dueAt = nextDue.map { now + $0 }
        if count == asked || mayBeMore { mayHaveWork = true }
    }

    /// A call of the queue went through, whatever it brought.
    mutating func succeeded() { failures = 0 }

    /// A call of the queue failed.
    /// - Parameter random: in 0..<1.
    mutating func failed(now: Instant, base: Duration, cap: Duration, random: Double) {
        let ceiling = min(cap, base * Double(1 << min(failures, 20)))
        failures += 1
        retryAt = now + ceiling * (0.5 + random / 2)
        mayHaveWork = true
    }

    mutating func wakeEnded(_ wake: Wake, now: Instant, pause: Duration) {
        switch wake {
        case .woken: hasWakeUp = true
        case .silence: mayHaveWork = true
        case .failed:
            mayHaveWork = true
            retryAt = max(retryAt ?? now, now + pause)
        }
    }

    /// A job has ended, and its finish waits to be handed in.
    mutating func runEnded() { ended += 1 }

    /// Finishes were handed in, or are not to be handed in any more.
    mutating func freed(_ count: Int) {
        running -= count
        ended -= count
    }

    /// Jobs have ended that are not ours to finish.
    mutating func dropped(_ count: Int) { running -= count }

    mutating func stop() { isStopping = true }

    /// Stops or goes on claiming.
    mutating func setQuiet(_ quiet: Bool) {
        isQuiet = quiet
        if !quiet { mayHaveWork = true }
    }

    /// - Parameter limit: at least 1. A lower one than what runs takes effect as jobs end.
    mutating func setConcurrency(_ limit: Int) {
        concurrency = max(1, limit)
        mayHaveWork = true
    }
}
