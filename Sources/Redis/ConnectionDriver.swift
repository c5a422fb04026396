internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Keeps one connection up while somebody needs it, and feeds it from the mailbox.
///
/// Lives on one event loop: every method is called there. What to do when is ``ReconnectMachine``'s business; the
/// driver performs.
final class ConnectionDriver {
    private let configuration: RedisConfiguration
    private let mailbox: CommandMailbox
    private let eventLoop: any EventLoop
    private let random: @Sendable () -> Double

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
    private var tlsContext: NIOSSLContext?

    init(
        configuration: RedisConfiguration, mailbox: CommandMailbox, eventLoop: any EventLoop,
        random: @escaping @Sendable () -> Double
    ) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.eventLoop = eventLoop
        self.random = random
        machine = ReconnectMachine(
            baseSeconds: configuration.reconnectBase.seconds, capSeconds: configuration.reconnectCap.seconds)
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
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        connectTimer = schedule(in: TimeAmount(configuration.connectTimeout)) { driver in
            driver.connectTimer = nil
            driver.giveUp(.broken("no connection within \(driver.configuration.connectTimeout.seconds) s"))
        }
        let tls: NIOSSLContext?
        do {
            tls = try makeTLSContext()
        } catch {
            return giveUp(.tls("\(error)"))
        }
        let hostname = configuration.host
        let current = attempt
        ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        // An address can't be a server name; NIOSSL then compares the certificate with the address.
                        let name = (try? SocketAddress(ipAddress: hostname, port: 0)) == nil ? hostname : nil
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try pipeline.addHandler(bound.value.makeHandler())
                }
            }
            .connect(host: configuration.host, port: configuration.port)
            .assumeIsolated()
            .whenComplete { bound.value.connected($0, attempt: current) }
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
            if attempt == self.attempt { giveUp(.broken("\(error)")) }
        }
    }

    private func receive(_ event: ConnectionHandler.Event) {
        switch event {
        case .opened:
            connectTimer?.cancel()
            connectTimer = nil
            lastFailure = nil
            perform(machine.opened())
        case .answered(let count):
            mailbox.release(count)
            if !backlog.isEmpty { flush() }
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
        old?.drop(failure)
        oldChannel?.close(promise: nil)
        if let refusal = failure.refusal { refuseBacklog(refusal) }
        perform(machine.lost(random: random()))
    }

    private func makeTLSContext() throws -> NIOSSLContext? {
        guard configuration.usesTLS else { return nil }
        if let tlsContext { return tlsContext }
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file = configuration.trustRootsFile { tls.trustRoots = .file(file) }
        let context = try NIOSSLContext(configuration: tls)
        tlsContext = context
        return context
    }

    private func shutDown() {
        retryTimer?.cancel()
        sweepTimer?.cancel()
        connectTimer?.cancel()
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
        let reason = lastFailure.map { "\($0)" } ?? "no reply to what was sent before it"
        for pending in backlog where pending.deadline <= now { pending.expire(reason: reason) }
        pruneBacklog()
        for pending in backlog { next = min(next, pending.deadline) }
        if next < .distantFuture, next < sweepAt { scheduleSweep(at: next) }
    }
}
