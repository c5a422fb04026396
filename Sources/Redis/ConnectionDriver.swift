internal import NIOCore

/// Keeps one connection up while somebody needs it, and feeds it from the mailbox.
///
/// Lives on one event loop: every method is called there. What to do when is ``ReconnectMachine``'s business; the
/// driver performs. Where sentinels name the server, ``MasterFollower`` finds it.
final class ConnectionDriver {
    private let configuration: RedisConfiguration
    private let mailbox: CommandMailbox
    private let eventLoop: any EventLoop
    private let random: @Sendable () -> Double
    private let dialer: Dialer
    /// Who says where to connect, where that isn't fixed.
    private var follower: MasterFollower?

    private var machine: ReconnectMachine
    private var handler: ConnectionHandler?
    private var channel: (any Channel)?
    /// Number of the current attempt; what an attempt that was given up has to report is of no interest any more.
    private var attempt = 0
    /// Commands taken from the mailbox and not yet written.
    private var backlog = CircularBuffer<PendingReply>()
    private var lastFailure: ConnectionFailure?
    private var connectTimer: Scheduled<Void>?
    private var retryTimer: Scheduled<Void>?
    private var sweepTimer: Scheduled<Void>?
    private var sweepAt = NIODeadline.distantFuture

    init(
        configuration: RedisConfiguration, mailbox: CommandMailbox, eventLoop: any EventLoop,
        random: @escaping @Sendable () -> Double
    ) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.eventLoop = eventLoop
        self.random = random
        dialer = Dialer(configuration: configuration, eventLoop: eventLoop)
        machine = ReconnectMachine(
            baseSeconds: configuration.reconnectBase.seconds, capSeconds: configuration.reconnectCap.seconds)
        switch configuration.endpoint {
        case .server: break
        case .sentinels(let sentinels):
            follower = MasterFollower(
                sentinels, configuration: configuration, dialer: dialer, eventLoop: eventLoop, random: random
            ) { [weak self] in self?.receive($0) }
        }
    }

    /// There are commands in the mailbox.
    func wake() {
        for pending in mailbox.takeAll() {
            backlog.append(pending)
            if pending.deadline < sweepAt { scheduleSweep(at: pending.deadline) }
        }
        perform(machine.demand())
    }

    /// Ends everything; ``wake()`` afterwards only refuses.
    func close() -> EventLoopFuture<Void> {
        let closed = channel?.closeFuture ?? eventLoop.makeSucceededVoidFuture()
        perform(machine.close())
        return closed
    }

    private func perform(_ action: ReconnectMachine.Action) {
        switch action {
        case .none: break
        case .connect: connect()
        case .flush: flush()
        case .waitBeforeRetry(let seconds):
            retryTimer = schedule(in: .nanoseconds(Int64(seconds * 1e9))) { driver in
                driver.pruneBacklog()
                driver.perform(driver.machine.elapsed(hasDemand: !driver.backlog.isEmpty))
            }
        case .shutDown: shutDown()
        }
    }

    private func schedule(in delay: TimeAmount, _ body: @escaping (ConnectionDriver) -> Void) -> Scheduled<Void> {
        eventLoop.assumeIsolated().scheduleTask(in: delay) { body(self) }
    }
}

// MARK: - The connection

extension ConnectionDriver {
    private func connect() {
        switch configuration.endpoint {
        case .server(let address): dial(address)
        case .sentinels: follower?.seek()
        }
    }

    private func receive(_ event: MasterFollower.Event) {
        switch event {
        case .connect(let address): dial(address)
        case .gaveUp(let failure): giveUp(failure)
        case .moved: giveUp(.broken("the sentinels name another master"))
        }
    }

    private func dial(_ address: RedisAddress) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        connectTimer = schedule(in: TimeAmount(configuration.connectTimeout)) { driver in
            driver.connectTimer = nil
            driver.giveUp(.broken("no connection within \(driver.configuration.connectTimeout.seconds) s"))
        }
        let current = attempt
        do throws(ConnectionFailure) {
            try dialer.dial(address, timeout: TimeAmount(configuration.connectTimeout)) { bound.value.makeHandler() }
                .assumeIsolated()
                .whenComplete { bound.value.connected($0, attempt: current) }
        } catch {
            giveUp(error)
        }
    }

    /// Makes a handler for one of the addresses that race for the connection; only the winner's is listened to.
    private func makeHandler() -> ConnectionHandler {
        ConnectionHandler(configuration: configuration) { [weak self] handler, event in
            guard let self, handler === self.handler else { return }
            self.receive(event)
        }
    }

    private func connected(_ result: Result<any Channel, any Error>, attempt: Int) {
        do {
            let channel = try result.get()
            guard attempt == self.attempt else { return channel.close(promise: nil) }
            let handler = try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
            self.channel = channel
            self.handler = handler
            if let failure = handler.failure { giveUp(failure) }
        } catch {
            if attempt == self.attempt { giveUp(.broken(Dialer.reason(error))) }
        }
    }

    private func receive(_ event: ConnectionHandler.Event) {
        switch event {
        case .opened:
            connectTimer?.cancel()
            connectTimer = nil
            lastFailure = nil
            follower?.settle()
            perform(machine.opened())
        case .answered(let count):
            mailbox.release(count)
            if !backlog.isEmpty { flush() }
        case .doubted: follower?.doubt()
        case .lost(let failure, let unanswered):
            mailbox.release(unanswered)
            giveUp(failure)
        }
    }

    /// The attempt or the connection is over; what was not written waits, unless waiting is of no use.
    private func giveUp(_ failure: ConnectionFailure) {
        connectTimer?.cancel()
        connectTimer = nil
        attempt += 1
        lastFailure = failure
        let old = handler
        handler = nil
        let oldChannel = channel
        channel = nil
        if let old {
            // Nobody listens to it any more. One that dropped by itself has none in flight.
            mailbox.release(old.inFlightCount)
            old.drop(failure)
        }
        oldChannel?.close(promise: nil)
        if let refusal = failure.refusal {
            follower?.stop()
            refuseBacklog(refusal)
        } else if let follower, follower.seekOn(failure) {
            return
        }
        perform(machine.lost(random: random()))
    }

    private func shutDown() {
        retryTimer?.cancel()
        sweepTimer?.cancel()
        connectTimer?.cancel()
        follower?.stop()
        attempt += 1
        let old = handler
        let oldChannel = channel
        handler = nil
        channel = nil
        refuseBacklog(.closed)
        old?.drop(.broken("the client was closed"))
        oldChannel?.close(promise: nil)
    }
}

// MARK: - Commands

extension ConnectionDriver {
    private func flush() {
        guard let handler else { return }
        var batch: [PendingReply] = []
        var room = configuration.maximumInFlight - handler.inFlightCount
        while let next = backlog.first {
            // A pipeline larger than the limit goes when it has the connection for itself.
            let isAlone = batch.isEmpty && handler.inFlightCount == 0
            guard next.count <= room || isAlone else { break }
            room -= next.count
            batch.append(backlog.removeFirst())
        }
        if !batch.isEmpty { mailbox.release(handler.write(batch)) }
    }

    private func refuseBacklog(_ error: RedisError) {
        let refused = backlog
        backlog.removeAll()
        mailbox.release(refused.reduce(0) { $0 + $1.count })
        for pending in refused { pending.refuse(error) }
    }

    /// Forgets commands whose waiters have gone.
    private func pruneBacklog() {
        var kept = CircularBuffer<PendingReply>()
        for pending in backlog {
            if pending.isFinished { mailbox.release(pending.count) } else { kept.append(pending) }
        }
        backlog = kept
    }

    private func scheduleSweep(at deadline: NIODeadline) {
        sweepTimer?.cancel()
        sweepAt = deadline
        sweepTimer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.sweep() }
    }

    private func sweep() {
        let now = eventLoop.now
        sweepAt = .distantFuture
        var next = handler?.expire(now: now) ?? .distantFuture
        let reason =
            lastFailure.map { "\($0)" } ?? (handler == nil ? "still connecting" : "no reply to what was sent before it")
        for pending in backlog where pending.deadline <= now { pending.expire(reason: reason) }
        pruneBacklog()
        for pending in backlog { next = min(next, pending.deadline) }
        if next < .distantFuture, next < sweepAt { scheduleSweep(at: next) }
    }
}
