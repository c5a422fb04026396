import IMAPCore
import NIOCore
import NIOSSL

/// Puts what the channel reads into the ``Inbound``, and looks after the time of those who wait there.
final class InboundHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbound: Inbound
    private let tick: TimeAmount
    private var batch: [ByteBuffer] = []
    private var watch: RepeatedTask?

    /// - Parameter tick: how often deadlines are looked at; a deadline may be passed by this much.
    init(inbound: Inbound, tick: TimeAmount) {
        self.inbound = inbound
        self.tick = tick
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { [inbound] _ in
            inbound.expire(now: .now())
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        inbound.finish(.closed)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        batch.append(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let buffers = batch
        batch.removeAll(keepingCapacity: true)
        if inbound.deliver(buffers) { context.read() }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !batch.isEmpty {
            _ = inbound.deliver(batch)
            batch.removeAll()
        }
        inbound.finish(.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbound.finish(ConnectionFault.end(for: error))
        context.close(promise: nil)
    }
}
