internal import NIOCore

/// Finds the master by asking sentinels, and notices when they come to name another.
///
/// Lives on one event loop, and serves one ``ConnectionDriver``. What to ask whom is the business of
/// ``SentinelSearch`` and ``MasterWatch``; the follower performs.
final class MasterFollower {
    enum Event {
        /// Connect there, and say by ``seekOn(_:)`` if nothing comes of it.
        case connect(RedisAddress)
        /// The search led to no master.
        case gaveUp(ConnectionFailure)
        /// The server that was named last is no longer the master.
        case moved
    }

    private let sentinels: RedisSentinels
    private let timeout: Duration
    private let interval: TimeAmount
    private let dialer: Dialer
    private let eventLoop: any EventLoop
    private let random: @Sendable () -> Double
    private let report: (Event) -> Void

    private var search: SentinelSearch?
    private var watch: MasterWatch?
    private var question: SentinelQuestion?
    private var watchTimer: Scheduled<Void>?
    /// The sentinel to begin the next search with, if there is a reason to prefer one.
    private var preferred: Int?

    init(
        _ sentinels: RedisSentinels, configuration: RedisConfiguration, dialer: Dialer, eventLoop: any EventLoop,
        random: @escaping @Sendable () -> Double, report: @escaping (Event) -> Void
    ) {
        self.sentinels = sentinels
        timeout = configuration.sentinelTimeout
        interval = TimeAmount(configuration.sentinelInterval)
        self.dialer = dialer
        self.eventLoop = eventLoop
        self.random = random
        self.report = report
    }

    /// Begins a search.
    func seek() {
        stop()
        var search = SentinelSearch(sentinels, first: preferred ?? draw())
        preferred = nil
        let action = search.begin()
        self.search = search
        perform(action)
    }

    /// Nothing came of the server that was named last: goes on with the search.
    /// - Returns: false if no search is on.
    func seekOn(_ failure: ConnectionFailure) -> Bool {
        stopWatch()
        guard let action = search?.connectionFailed(failure) else { return false }
        perform(action)
        return true
    }

    /// The server that was named last is a master and let us in.
    func settle() { search = nil }

    /// Something looks as if the server were no longer the master: asks now, and not only when its time comes.
    func doubt() {
        if question == nil { check() }
    }

    /// Ends search and watch.
    func stop() {
        search = nil
        stopWatch()
    }

    private func stopWatch() {
        watch = nil
        watchTimer?.cancel()
        watchTimer = nil
        question?.cancel()
        question = nil
    }

    private func draw() -> Int {
        min(Int(random() * Double(sentinels.addresses.count)), sentinels.addresses.count - 1)
    }

    private func perform(_ action: SentinelSearch.Action) {
        switch action {
        case .ask(let index):
            ask(index) { follower, answer in
                if let action = follower.search?.answered(answer) { follower.perform(action) }
            }
        case .connect(let address):
            // From now on, and not only once it is open: an attempt at a server that froze would take its whole time.
            watch = MasterWatch(server: address, sentinelCount: sentinels.addresses.count, first: draw())
            scheduleCheck()
            report(.connect(address))
        case .giveUp(let failure):
            search = nil
            report(.gaveUp(failure))
        }
    }

    private func perform(_ action: MasterWatch.Action) {
        switch action {
        case .ask(let index):
            ask(index) { follower, answer in
                if let action = follower.watch?.answered(answer) { follower.perform(action) }
            }
        case .keep: scheduleCheck()
        case .leave(let sentinel):
            preferred = sentinel
            stopWatch()
            report(.moved)
        }
    }

    private func ask(_ index: Int, then body: @escaping (MasterFollower, SentinelAnswer) -> Void) {
        question = SentinelQuestion(
            to: sentinels.addresses[index], of: sentinels, timeout: timeout, dialer: dialer, eventLoop: eventLoop
        ) { [weak self] answer in
            guard let self else { return }
            question = nil
            body(self, answer)
        }
    }

    /// Jittered, so that many clients don't ask in step.
    private func scheduleCheck() {
        watchTimer?.cancel()
        let pause = TimeAmount.nanoseconds(Int64(Double(interval.nanoseconds) * (0.75 + random() / 4)))
        watchTimer = eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in self?.check() }
    }

    private func check() {
        watchTimer?.cancel()
        watchTimer = nil
        if let action = watch?.begin() { perform(action) }
    }
}
