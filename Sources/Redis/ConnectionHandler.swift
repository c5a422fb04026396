internal import NIOCore

/// The end of one connection's pipeline: hands written commands their replies, in order.
///
/// It lives as long as the connection and on its event loop; the next connection gets a new one.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Event {
        /// Signed in, database selected.
        case opened
        /// Replies came in, to so many commands.
        case answered(Int)
        /// An error reply suggests that the server is the master no more. Comes only behind sentinels.
        case doubted
        /// The connection is of no more use, and so many commands will get no reply. Comes once.
        case lost(ConnectionFailure, unanswered: Int)
    }

    private struct Written {
        let pending: PendingReply
        var missing: Int
        let writtenAt: NIODeadline
    }

    private let reader: ReplyReader
    private let report: (ConnectionHandler, Event) -> Void
    private let patience: TimeAmount
    /// Whether the server has to be a master, as its error replies may deny.
    private let followsMaster: Bool
    private var handshake: Handshake
    private var isOpen = false
    private var inFlight = CircularBuffer<Written>(initialCapacity: 64)
    private var context: ChannelHandlerContext?
    private var lastRead = NIODeadline.uptimeNanoseconds(0)
    /// Commands written and not yet answered.
    private(set) var inFlightCount = 0
    /// Why the connection is of no more use, once it is.
    private(set) var failure: ConnectionFailure?

    init(configuration: RedisConfiguration, report: @escaping (ConnectionHandler, Event) -> Void) {
        reader = ReplyReader(
            maximumReplyBytes: configuration.maximumReplyBytes,
            maximumArrayElements: configuration.maximumArrayElements)
        handshake = Handshake(configuration)
        patience = TimeAmount(configuration.commandTimeout)
        followsMaster =
            switch configuration.endpoint {
            case .server: false
            case .sentinels: true
            }
        self.report = report
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { writeHandshake(context) }
    }

    func channelActive(context: ChannelHandlerContext) { writeHandshake(context) }

    /// With TLS the channel is active too early; NIOSSL holds this back until its own handshake is done.
    private func writeHandshake(_ context: ChannelHandlerContext) {
        var bytes: [UInt8] = []
        for command in handshake.commands { command.encode(into: &bytes) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    /// Writes commands as one piece; those whose waiter has gone are left out.
    /// - Returns: how many commands were left out.
    func write(_ batch: [PendingReply]) -> Int {
        guard let context else { return 0 }
        let now = context.eventLoop.now
        var skipped = 0
        var buffer = context.channel.allocator.buffer(capacity: batch.reduce(0) { $0 + $1.bytes.count })
        for pending in batch {
            guard pending.beginWriting() else {
                skipped += pending.count
                continue
            }
            buffer.writeBytes(pending.bytes)
            inFlight.append(Written(pending: pending, missing: pending.count, writtenAt: now))
            inFlightCount += pending.count
        }
        if buffer.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
        return skipped
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        lastRead = context.eventLoop.now
        var answered = 0
        var failure: ConnectionFailure?
        var isDoubted = false
        var demotion: String?
        do {
            try buffer.withUnsafeReadableBytes { bytes in
                try reader.read(bytes) { value in
                    if failure != nil { return }
                    if !isOpen {
                        failure = open(value)
                    } else if deliver(value) {
                        answered += 1
                        if followsMaster, case .error(let error) = value, let found = MasterDoubt(error) {
                            isDoubted = true
                            if found == .demoted { demotion = "the server is no longer the master: \(error.code)" }
                        }
                    } else {
                        failure = .broken("a reply that nobody asked for")
                    }
                }
            }
        } catch {
            failure = .broken("\(error)")
        }
        if answered > 0 {
            inFlightCount -= answered
            report(self, .answered(answered))
        }
        if let failure {
            drop(failure)
        } else if let demotion {
            // Only now: what was written together is mostly answered together, and so known not to be executed.
            drop(.broken(demotion))
        } else if isDoubted {
            report(self, .doubted)
        }
    }

    private func open(_ reply: RedisValue) -> ConnectionFailure? {
        switch handshake.receive(reply) {
        case nil: return nil
        case .failure(let failure): return failure
        case .success:
            isOpen = true
            report(self, .opened)
            return nil
        }
    }

    private func deliver(_ value: RedisValue) -> Bool {
        if inFlight.isEmpty { return false }
        let index = inFlight.startIndex
        inFlight[index].pending.deliver(value)
        inFlight[index].missing -= 1
        if inFlight[index].missing == 0 { inFlight.removeFirst() }
        return true
    }

    func channelInactive(context: ChannelHandlerContext) {
        drop(.broken("the server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        drop(!isOpen && Dialer.isTLSFault(error) ? .tls("\(error)") : .broken("\(error)"))
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Gives the connection up: whoever is in flight hears that nobody knows, and the socket is closed.
    func drop(_ failure: ConnectionFailure) {
        if self.failure != nil { return }
        self.failure = failure
        let unanswered = inFlight
        let count = inFlightCount
        inFlight.removeAll()
        inFlightCount = 0
        // First the driver, so that a waiter which tries again at once finds the connection gone.
        report(self, .lost(failure, unanswered: count))
        for entry in unanswered { entry.pending.lose(failure) }
        context?.close(promise: nil)
    }

    /// Finishes what is past its deadline; those commands keep their places until their replies come.
    ///
    /// Late is not lost. But a connection that gave nothing at all for as long as its oldest command may take is held
    /// to be dead: otherwise a peer that vanished would hold us until TCP gives up.
    /// - Returns: when to look again.
    func expire(now: NIODeadline) -> NIODeadline {
        var next = NIODeadline.distantFuture
        if let first = inFlight.first {
            let silentSince = max(lastRead, first.writtenAt)
            let dead = silentSince + max(first.pending.timeout, patience)
            if dead <= now {
                for entry in inFlight where entry.pending.deadline <= now { entry.pending.expire(reason: "") }
                drop(.broken("the server fell silent"))
                return .distantFuture
            }
            next = dead
        }
        for entry in inFlight where !entry.pending.isFinished {
            if entry.pending.deadline <= now {
                entry.pending.expire(reason: "")
            } else {
                next = min(next, entry.pending.deadline)
            }
        }
        return next
    }
}
