import NIOCore
import NIOPosix
import Redis
import Synchronization

/// Something that answers every question as a sentinel does, with the address that a test sets.
final class FakeSentinel: Sendable {
    private let named: Named
    private let channel: any Channel

    var address: RedisAddress { RedisAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0) }

    /// Runs `body` with so many of them, and closes them afterwards.
    static func with<Result: Sendable>(
        count: Int, naming address: RedisAddress, _ body: ([FakeSentinel]) async throws -> Result
    ) async throws -> Result {
        var sentinels: [FakeSentinel] = []
        for _ in 0..<count { sentinels.append(try await FakeSentinel(naming: address)) }
        do {
            let result = try await body(sentinels)
            for sentinel in sentinels { try await sentinel.channel.close() }
            return result
        } catch {
            for sentinel in sentinels { try await sentinel.channel.close() }
            throw error
        }
    }

    /// How often it was asked.
    var questions: Int { named.questions.load(ordering: .relaxed) }

    /// From now on names another server.
    func name(_ address: RedisAddress) { named.address.withLock { $0 = address } }

    private init(naming address: RedisAddress) async throws {
        let named = Named(address)
        self.named = named
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(named: named))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private final class Named: Sendable {
        let address: Mutex<RedisAddress>
        let questions = Atomic(0)
        init(_ address: RedisAddress) { self.address = Mutex(address) }
    }

    /// The question is one command and comes in one read, short as it is.
    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let named: Named

        init(named: Named) { self.named = named }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            named.questions.add(1, ordering: .relaxed)
            let address = named.address.withLock { $0 }
            let words = [address.host, "\(address.port)"].map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "*2\r\n\(words)")), promise: nil)
        }
    }
}
