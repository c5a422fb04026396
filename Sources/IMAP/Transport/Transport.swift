import IMAPCore
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One socket, with or without TLS: octets out, octets in when they are asked for.
struct Transport: Sendable {
    private let channel: any Channel
    private let inbound: Inbound
    let endpoint: IMAPEndpoint

    static func connect(
        to endpoint: IMAPEndpoint, options: IMAPConnectionOptions, on group: any EventLoopGroup
    ) async throws(IMAPError) -> Transport {
        let inbound = Inbound(budget: options.budget)
        let context: NIOSSLContext? =
            switch endpoint.security {
            case .tls, .startTLS: try TrustStore.context(for: options.trustRoots)
            case .none: nil
            }
        // NIOSSL keeps the buffer that it decrypts into, as large as the largest read has made it: a connection that rests
        // holds it for nothing.
        let largestRead = endpoint.security == .none ? 256 << 10 : 32 << 10
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(options.connectTimeout)
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 120)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 30)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 4)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: TransientReceiveAllocator(maximum: largestRead))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    if let context, endpoint.security == .tls {
                        try operations.addHandler(TrustStore.handler(context, serverName: endpoint.serverName))
                    }
                    try operations.addHandler(
                        InboundHandler(
                            inbound: inbound, largestRead: largestRead, copies: endpoint.security != .none))
                }
            }
        do {
            let channel = try await bootstrap.connect(to: endpoint.address).get()
            return Transport(channel: channel, inbound: inbound, endpoint: endpoint)
        } catch {
            throw ConnectionFault.connectError(for: error)
        }
    }

    /// Whether octets were read that no one has taken.
    var hasBytes: Bool { inbound.hasBytes }

    /// During a fetch the socket is read ahead of its user.
    func setReadsAhead(_ value: Bool) { inbound.setReadsAhead(value) }

    func send(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        // A failed write closes the channel, and whoever waits for the answer learns of that.
        channel.writeAndFlush(bytes, promise: nil)
    }

    func receive(until deadline: NIODeadline) async throws(Inbound.End) -> [ByteBuffer] {
        try await inbound.take(until: deadline, from: channel)
    }

    /// As ``receive(until:)``; passing the deadline is no fault.
    func receiveNews(until deadline: NIODeadline, isInterruptible: Bool) async throws(Inbound.End) -> Inbound.News {
        try await inbound.takeNews(until: deadline, from: channel, isInterruptible: isInterruptible)
    }

    /// Ends the wait of ``receiveNews(until:isInterruptible:)``, or the next one; from any task.
    func interrupt() { inbound.interrupt() }

    /// Whether ``interrupt()`` was called since this was asked last.
    func takeInterruption() -> Bool { inbound.takeInterruption() }

    /// Puts TLS under the session. The handshake goes on with the next octets that are sent and received.
    func startTLS(trustRoots: IMAPConnectionOptions.TrustRoots) async throws(IMAPError) {
        let context = try TrustStore.context(for: trustRoots)
        do {
            try await channel.eventLoop.submit { [channel, endpoint] in
                let handler = try TrustStore.handler(context, serverName: endpoint.serverName)
                try channel.pipeline.syncOperations.addHandler(handler, position: .first)
            }.get()
        } catch {
            throw ConnectionFault.connectError(for: error)
        }
    }

    /// Compresses what is sent and received from now on.
    ///
    /// - Parameter early: what was received of that already, before what lies unread here.
    func compress(early: ByteBuffer) async throws(IMAPError) {
        let inbound = inbound
        do {
            try await channel.eventLoop.submit { [channel] in
                var early = early
                for buffer in inbound.withdraw() { early.writeImmutableBuffer(buffer) }
                let operations = channel.pipeline.syncOperations
                let session = try operations.context(handlerType: InboundHandler.self).handler
                try operations.addHandler(CompressionHandler(early: early), position: .before(session))
            }.get()
        } catch let error as IMAPError {
            throw error
        } catch {
            throw .connectionLost(insideReply: false, uid: nil)
        }
    }

    /// Calls `body` once the connection has ended, however it ends.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }

    /// Closes at once; what is under way fails.
    func abandon() {
        channel.close(mode: .all, promise: nil)
    }

    /// Closes and waits until that is done.
    func close() async {
        channel.close(mode: .all, promise: nil)
        // A channel that is closed with an error is closed all the same.
        _ = await channel.closeFuture.map { true }.recover { _ in true }.resolved()
    }
}

extension EventLoopFuture where Value == Bool {
    /// For futures that can't fail any more.
    fileprivate func resolved() async -> Bool {
        do { return try await get() } catch { return false }
    }
}
