import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Keeps requests' bodies from the server, which would read them to their end: of a request that announces one, only the
/// head goes on, marked as the connection's last. What follows is thrown away until the idle time-out closes it.
final class BodyRefusal: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private var isDeaf = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isDeaf { return }
        guard case .head(var head) = unwrapInboundIn(data), head.announcesBody else {
            context.fireChannelRead(data)
            return
        }
        isDeaf = true
        head.headerFields[.connection] = "close"
        context.fireChannelRead(wrapInboundOut(.head(head)))
        context.fireChannelRead(wrapInboundOut(.end(nil)))
    }
}

extension HTTPRequest {
    /// Whether a body follows (RFC 9112 §6).
    var announcesBody: Bool {
        headerFields[.transferEncoding] != nil || !["0", nil].contains(headerFields[.contentLength])
    }
}
