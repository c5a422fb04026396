import Logging
import MetricNames
import NIOCore
import NIOPosix
import StatusHTTP
import Telemetry

/// A listener on a free port of loopback, for as long as a test's body runs.
struct RunningListener: Sendable {
    let port: Int
    let registry: MetricRegistry

    static func with(
        checks: [ReadinessCheck] = [], limits: StatusListener.Limits = StatusListener.Limits(),
        _ body: @escaping @Sendable (RunningListener) async throws -> Void
    ) async throws {
        let registry = MetricRegistry()
        let (ports, tell) = AsyncStream<Int>.makeStream()
        guard let address = StatusAddress("127.0.0.1:0") else { throw NoAddress() }
        let listener = StatusListener(
            address: address, registry: registry, checks: checks, limits: limits,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { tell.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.run()
                tell.finish()
            }
            group.addTask {
                for await port in ports {
                    try await body(RunningListener(port: port, registry: registry))
                    return
                }
                throw NoAddress()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    struct NoAddress: Error {}

    /// Sends octets as they are, and gathers what comes until the other side closes or `isEnough`.
    func exchange(_ sent: String, until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }) async throws
        -> String
    {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: sent))
            var got = ByteBuffer()
            for try await piece in inbound {
                got.writeImmutableBuffer(piece)
                if isEnough(String(buffer: got)) { break }
            }
            return String(buffer: got)
        }
    }

    /// One request on a connection of its own.
    func request(_ method: String, _ path: String) async throws -> Answer {
        Answer(try await exchange("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
    }
}

/// An answer, taken apart.
struct Answer: Sendable {
    let status: Int
    /// By name in lower case.
    let fields: [String: String]
    let body: String

    init(_ text: String) {
        let head = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = head[0].split(separator: "\r\n")
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        self.fields = fields
        body = head.count > 1 ? String(head[1]) : ""
    }
}
