internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Opens the connections of one client: TCP, and TLS where the configuration wants it.
///
/// Lives on one event loop.
final class Dialer {
    private let usesTLS: Bool
    private let trustRootsFile: String?
    private let eventLoop: any EventLoop
    private var tlsContext: NIOSSLContext?

    init(configuration: RedisConfiguration, eventLoop: any EventLoop) {
        usesTLS = configuration.usesTLS
        trustRootsFile = configuration.trustRootsFile
        self.eventLoop = eventLoop
    }

    /// Connects; the caller keeps the time.
    /// - Parameter makeHandler: makes the end of the pipeline. It is called for each address that races for the
    ///   connection; the channel that comes back holds the winner's.
    /// - Throws: ``ConnectionFailure/tls(_:)`` if the trust roots can't be read.
    func dial(
        _ address: RedisAddress, timeout: TimeAmount, makeHandler: @escaping () -> any ChannelHandler
    ) throws(ConnectionFailure) -> EventLoopFuture<any Channel> {
        let tls: NIOSSLContext?
        do { tls = try context() } catch { throw .tls("\(error)") }
        let hostname = address.host
        let make = NIOLoopBound(makeHandler, eventLoop: eventLoop)
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
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
                    try pipeline.addHandler(make.value())
                }
            }
            .connect(host: address.host, port: address.port)
    }

    private func context() throws -> NIOSSLContext? {
        guard usesTLS else { return nil }
        if let tlsContext { return tlsContext }
        var tls = TLSConfiguration.makeClientConfiguration()
        if let trustRootsFile { tls.trustRoots = .file(trustRootsFile) }
        let context = try NIOSSLContext(configuration: tls)
        tlsContext = context
        return context
    }

    /// Whether it is TLS that an error on a fresh connection is about.
    static func isTLSFault(_ error: any Error) -> Bool {
        error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
    }

    /// Why no connection came up, in few words: of several addresses the first.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return "\(error)" }
        if let first = error.connectionErrors.first { return "\(first.error)" }
        return "no address is known for \(error.host)"
    }
}
