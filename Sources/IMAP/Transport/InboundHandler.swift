import IMAPCore
import NIOCore
import NIOSSL

/// Puts what the channel reads into the ``Inbound``.
final class InboundHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long a read ahead waits then for the socket to fill. Without that wait a server that writes in small pieces
    /// costs two threads a wake-up for each, which is most of what a fetch over TLS costs.
    private static let gathering = TimeAmount.microseconds(250)

    private let inbound: Inbound
    /// A read of fewer octets has emptied the socket.
    private let fullRead: Int
    private let copies: Bool
    private var batch: [ByteBuffer] = []
    private var isRemoved = false

    /// - Parameters:
    ///   - largestRead: the octets that one read of the socket may give.
    ///   - copies: whether to copy what is read. NIOSSL decrypts into the same buffer again and again; one that is still
    ///     held elsewhere costs it an allocation and a copy of the buffer's whole capacity instead.
    init(inbound: Inbound, largestRead: Int, copies: Bool) {
        self.inbound = inbound
        // Encrypted, a full read is some octets more than what it gives.
        fullRead = Swift.min(64 << 10, largestRead / 2)
        self.copies = copies
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isRemoved = true
        inbound.finish(.closed)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        batch.append(copies ? ByteBuffer(bytes: buffer.readableBytesView) : buffer)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let buffers = batch
        batch = []
        switch inbound.deliver(buffers) {
        case .none:
            break
        case .now:
            context.read()
        case .ahead:
            if buffers.reduce(0, { $0 + $1.readableBytes }) < fullRead {
                context.eventLoop.assumeIsolated().scheduleTask(in: Self.gathering) {
                    if !self.isRemoved { context.read() }
                }
            } else {
                context.read()
            }
        }
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
