/// When a pool claims, and what it waits for otherwise; without Redis and without a clock.
///
/// A pool that has room and knows of no work listens for wake-ups. A full pool does not listen, for it would take a
/// wake-up that another could use; if one reaches it all the same, it passes it on.
struct DispatchMachine {
    typealias Instant = ContinuousClock.Instant

    enum Action: Hashable {
        case claim(max: Int)
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

    let concurrency: Int
    private(set) var running = 0
    private(set) var isStopping = false
    /// Whether the last claim left reason to believe that there is more.
    private var mayHaveWork = true
    private var hasWakeUp = false
    private var dueAt: Instant?
    private var retryAt: Instant?
    private var failures = 0

    init(concurrency: Int) { self.concurrency = concurrency }

    mutating func next(now: Instant) -> Action {
        if isStopping { return .stop }
        if let retryAt, now < retryAt { return .wait(listening: false, until: retryAt) }
        retryAt = nil
        let free = concurrency - running
        if free == 0 {
            guard hasWakeUp else { return .wait(listening: false, until: nil) }
            hasWakeUp = false
            mayHaveWork = true
            return .passOn
        }
        let isDue = dueAt.map { $0 <= now } ?? false
        if hasWakeUp || mayHaveWork || isDue {
            hasWakeUp = false
            mayHaveWork = false
            dueAt = nil
            return .claim(max: free)
        }
        return .wait(listening: true, until: dueAt)
    }

    /// - Parameters:
    ///   - count: jobs that the claim brought.
    ///   - asked: how many it could have brought.
    mutating func claimed(_ count: Int, asked: Int, nextDue: Duration?, now: Instant) {
        running += count
        failures = 0
        dueAt = nextDue.map { now + $0 }
        if count == asked { mayHaveWork = true }
    }

    /// A claim failed.
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

    mutating func freed(_ count: Int) { running -= count }

    mutating func stop() { isStopping = true }
}
