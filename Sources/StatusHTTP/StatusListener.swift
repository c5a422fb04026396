// Tells monitoring how a process is: /metrics, /healthz, /readyz, over plain HTTP on an address of the operator's choice.
//
// Nothing here asks for a sign-in, and nothing tells of mail, people or accounts: the address belongs to the machine or
// to a private network.
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
package import Telemetry

/// Serves metrics and health for as long as the role runs, also while it drains.
package struct StatusListener: Service {
    /// Bounds of what a client may do.
    package struct Limits: Sendable {
        /// After so long without a whole head of a request, or between requests, a connection is closed.
        package var idle: Duration = .seconds(10)
        /// Connections at once; more of them wait.
        package var connections = 32
        /// Octets of a request's header fields.
        package var headers = 8 << 10

        package init() {}
    }

    private let address: StatusAddress
    private let responder: StatusResponder
    private let limits: Limits
    private let onListening: @Sendable (Int) -> Void
    private let log: Logger

    /// - Parameters:
    ///   - checks: the process is ready when all of them are.
    ///   - onListening: is told the port once connections are accepted; the log says it too.
    package init(
        address: StatusAddress, registry: MetricRegistry, checks: [ReadinessCheck], limits: Limits = Limits(),
        log: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.address = address
        responder = StatusResponder(registry: registry, checks: checks)
        self.limits = limits
        self.onListening = onListening
        self.log = log
    }

    /// - Throws: ``StatusListenerError`` where it can't listen.
    package func run() async throws {
        // What the server itself has to say is for those who look for it.
        var quiet = log
        if quiet.logLevel > .debug { quiet.logLevel = .error }
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [BodyRefusal()], idleTimeout: TimeAmount(limits.idle),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers, maxHeaderFieldCount: 100))
        let application = Application(
            responder: responder,
            server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: quiet)),
            onServerRunning: { [address, log, onListening] channel in
                let port = channel.localAddress?.port ?? address.port
                log.info(
                    "metrics and health are served",
                    metadata: ["host": "\(address.host)", "port": "\(port)"])
                onListening(port)
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError {
            throw StatusListenerError(address: address, cause: error)
        }
    }
}
