import IMAPCore
import NIOCore

/// Puts COMPRESS=DEFLATE (RFC 4978) between the session and the socket, or TLS.
///
/// However much a read inflates to, it is handed on in windows: the next read first gives what is left of the last.
final class CompressionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The octets that one read may give.
    private static let window = 256 << 10

    private let deflater: Deflater
    private let inflater: Inflater

    /// - Parameter early: what the server sent behind its consent: it is compressed already.
    init(early: ByteBuffer) throws(IMAPError) {
        deflater = try Deflater()
        inflater = try Inflater()
        inflater.feed(early)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        var out = context.channel.allocator.buffer(capacity: bytes.readableBytes + 64)
        deflater.deflate(bytes, into: &out)
        context.write(wrapOutboundOut(out), promise: promise)
    }

    func read(context: ChannelHandlerContext) {
        // Read for whoever asks, until there is something: what was read may inflate to nothing yet.
        if !inflater.hasMore || !handOn(context) { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inflater.feed(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !handOn(context), !inflater.isOver { context.read() }
    }

    /// - Returns: whether it was anything.
    private func handOn(_ context: ChannelHandlerContext) -> Bool {
        var count = 0
        do throws(IMAPError) {
            while count < Self.window, let piece = try inflater.next(allocator: context.channel.allocator) {
                count += piece.readableBytes
                context.fireChannelRead(wrapInboundOut(piece))
            }
        } catch {
            context.fireErrorCaught(error)
            return true
        }
        if count > 0 { context.fireChannelReadComplete() }
        if inflater.isOver { context.close(promise: nil) }
        return count > 0
    }

    func channelInactive(context: ChannelHandlerContext) {
        // What came before the end is still the session's; but it can't be given bit by bit any more, so of what inflates
        // to more than this the rest is lost with the connection.
        for _ in 0..<(16 << 20) / Self.window where inflater.hasMore { _ = handOn(context) }
        context.fireChannelInactive()
    }
}
