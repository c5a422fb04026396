import Foundation
@testable import IMAP
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on the loopback that says what a test wrote down, to each connection the same.
///
/// `$` in what it says stands for the tag of the line that it heard last.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Says this, line feeds as CR LF.
        case say(String)
        /// Says these octets as they are.
        case octets(ByteBuffer)
        /// Waits for a line that begins so, its tag left out; anything else ends the connection.
        case hear(String)
        /// Takes up TLS with the next octet.
        case startTLS
        /// Says the first in plain text and the second compressed, in one piece, and compresses from there on.
        case compress(String, then: String)
        case hangUp
    }

    private let channel: any Channel
    private let heardLines: HeardLines
    private let closedConnections: AsyncStream<Void>
    let port: Int

    /// - Parameter tls: whether connections are in TLS from the start.
    static func start(tls: Bool = false, _ steps: [Step]) async throws -> ScriptedServer {
        let heardLines = HeardLines()
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let context = try Self.tlsContext()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptHandler(steps: steps, context: context, heard: heardLines, closed: continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(channel: channel, heardLines: heardLines, closed: stream)
    }

    private init(channel: any Channel, heardLines: HeardLines, closed: AsyncStream<Void>) {
        self.channel = channel
        self.heardLines = heardLines
        closedConnections = closed
        port = channel.localAddress?.port ?? 0
    }

    deinit { channel.close(promise: nil) }

    /// All lines heard, tags left out.
    var heard: [String] { heardLines.lines }

    /// Returns once a line that begins so was heard, `count` times in all.
    func hears(_ beginning: String, count: Int = 1) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while heard.count(where: { $0.hasPrefix(beginning) }) < count {
            guard ContinuousClock.now < end else { throw NeverHeard(beginning: beginning) }
            await Task.yield()
        }
    }

    struct NeverHeard: Error {
        let beginning: String
    }

    /// Returns when a connection has ended.
    func connectionEnded() async {
        for await _ in closedConnections { return }
    }

    private static func tlsContext() throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key)))
    }
}

final class HeardLines: Sendable {
    private let state = Mutex<[String]>([])
    var lines: [String] { state.withLock { $0 } }
    func add(_ line: String) { state.withLock { $0.append(line) } }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var steps: ArraySlice<ScriptedServer.Step>
    private let context: NIOSSLContext
    private let heard: HeardLines
    private let closed: AsyncStream<Void>.Continuation
    private var buffer = ByteBuffer()
    private var tag = "*"

    init(
        steps: [ScriptedServer.Step], context: NIOSSLContext, heard: HeardLines,
        closed: AsyncStream<Void>.Continuation
    ) {
        self.steps = steps[...]
        self.context = context
        self.heard = heard
        self.closed = closed
    }

    func channelActive(context: ChannelHandlerContext) { run(context) }

    func channelInactive(context: ChannelHandlerContext) { closed.yield() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        buffer.writeBuffer(&data)
        run(context)
    }

    private func run(_ channel: ChannelHandlerContext) {
        while let step = steps.first {
            switch step {
            case .say(let text):
                channel.writeAndFlush(wrapOutboundOut(line(text)), promise: nil)
            case .octets(let bytes):
                channel.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            case .hear(let expected):
                guard let line = nextLine() else { return }
                heard.add(line)
                guard line.hasPrefix(expected) else {
                    channel.close(promise: nil)
                    return
                }
            case .startTLS:
                do {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLServerHandler(context: context), position: .first)
                } catch {
                    channel.close(promise: nil)
                }
            case .compress(let plain, let compressed):
                channel.write(wrapOutboundOut(line(plain)), promise: nil)
                do {
                    try channel.pipeline.syncOperations.addHandler(
                        CompressionHandler(early: ByteBuffer()), position: .first)
                } catch {
                    channel.close(promise: nil)
                }
                channel.writeAndFlush(wrapOutboundOut(line(compressed)), promise: nil)
            case .hangUp:
                channel.close(promise: nil)
                return
            }
            steps = steps.dropFirst()
        }
        // What comes after the script is kept for the test to look at.
        while let line = nextLine() { heard.add(line) }
    }

    private func line(_ text: String) -> ByteBuffer {
        ByteBuffer(
            string: text.replacing("$", with: tag).replacing("\r\n", with: "\n").replacing("\n", with: "\r\n"))
    }

    private func nextLine() -> String? {
        guard let end = buffer.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        var line = buffer.readString(length: end - buffer.readerIndex + 1) ?? ""
        while line.last?.isNewline == true { line.removeLast() }
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        if let first = words.first, first.hasPrefix("A"), first.dropFirst().allSatisfy(\.isNumber), first.count > 1 {
            tag = String(first)
            return words.count > 1 ? String(words[1]) : ""
        }
        return line
    }
}
