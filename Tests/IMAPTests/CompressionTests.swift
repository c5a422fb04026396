@testable import IMAP
import IMAPCore
import MailModel
import NIOCore
import Testing

@Suite("Compression", .timeLimit(.minutes(2)))
struct CompressionTests {
    private static let capabilities = "IMAP4rev1 COMPRESS=DEFLATE"

    @Test("holds for all that follows its answer, also for what came with it")
    func session() async throws {
        let (server, connection) = try await Setup.opened(
            capabilities: Self.capabilities,
            [
                .hear("COMPRESS DEFLATE"), .compress("$ OK go\n", then: "* 4 EXISTS\n"), .hear("NOOP"),
                .say("* 5 EXISTS\n$ OK\n"), .hear("UID FETCH"),
                .say("* 1 FETCH (UID 1 BODY[] {6}\nab\ncd)\n$ OK\n"), .hear("NOOP"), .hangUp,
            ])
        #expect(try await connection.compress())
        try await connection.noop()
        #expect(try connection.takeNews() == [.exists(Setup.inbox, 5)])
        var bytes: [UInt8] = []
        for try await batch in try connection.fetchMessages(Setup.uids(1...1)) {
            for message in batch { bytes += try message.raw?.bytes ?? [] }
        }
        #expect(bytes == Array("ab\r\ncd".utf8))
        #expect(
            await Setup.error { try await connection.noop() } == .connectionLost(insideReply: false, uid: nil))
        #expect(
            server.heard.suffix(4) == [
                "COMPRESS DEFLATE", "NOOP", "UID FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])", "NOOP",
            ])
    }

    @Test("what came with its answer is not lost where nothing follows")
    func early() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: Self.capabilities + " NOTIFY",
            [
                .hear("NOTIFY"), .say("$ OK\n"),
                .hear("COMPRESS DEFLATE"), .compress("$ OK go\n", then: "* 4 EXISTS\n"),
            ])
        _ = try await connection.push(PushScope(folders: [Setup.inbox]))
        #expect(try await connection.compress())
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 4)]))
    }

    @Test("is not asked for where it is not offered, and may be refused", arguments: [true, false])
    func refused(offered: Bool) async throws {
        let steps: [ScriptedServer.Step] =
            offered ? [.hear("COMPRESS DEFLATE"), .say("$ NO [COMPRESSIONACTIVE] TLS does\n")] : []
        let (_, connection) = try await Setup.opened(
            capabilities: offered ? Self.capabilities : "IMAP4rev1", steps + [.hear("NOOP"), .say("$ OK\n")])
        #expect(try await !connection.compress())
        try await connection.noop()
    }

    @Test("24: what is no raw deflate ends the connection by an error")
    func garbage() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: Self.capabilities,
            [.hear("COMPRESS DEFLATE"), .say("$ OK go\n"), .octets(ByteBuffer(repeating: 0xFF, count: 64))])
        let error = await Setup.error {
            _ = try await connection.compress()
            try await connection.noop()
        }
        #expect(error == .protocolViolation("what it compresses can't be read"))
    }

    // MARK: - The streams

    @Test("gives back what went in, however it is cut")
    func splits() throws {
        let text = (0..<200).map { "* \($0) FETCH (UID \($0 * 7) FLAGS ())\r\n" }.joined()
        var compressed = ByteBuffer()
        try Deflater().deflate(ByteBuffer(string: text), into: &compressed)
        #expect(compressed.readableBytes < text.utf8.count / 3)
        for place in 0...compressed.readableBytes {
            let inflater = try Inflater()
            var out = ByteBuffer()
            for range in [0..<place, place..<compressed.readableBytes] {
                inflater.feed(try #require(compressed.getSlice(at: range.lowerBound, length: range.count)))
                while let piece = try inflater.next(allocator: ByteBufferAllocator()) {
                    out.writeImmutableBuffer(piece)
                }
            }
            #expect(String(buffer: out) == text, "cut at \(place)")
        }
    }

    @Test("each piece can be read as soon as it is written")
    func flushed() throws {
        let deflater = try Deflater()
        let inflater = try Inflater()
        for number in 0..<1_000 {
            let text = "A\(number) NOOP\r\n"
            var compressed = ByteBuffer()
            deflater.deflate(ByteBuffer(string: text), into: &compressed)
            inflater.feed(compressed)
            #expect(try inflater.next(allocator: ByteBufferAllocator()).map { String(buffer: $0) } == text)
            #expect(try inflater.next(allocator: ByteBufferAllocator()) == nil)
        }
    }

    @Test("what swells beyond measure is given in pieces of 64 KiB")
    func bomb() throws {
        var compressed = ByteBuffer()
        try Deflater().deflate(ByteBuffer(repeating: 0, count: 32 << 20), into: &compressed)
        #expect(compressed.readableBytes < 64 << 10)
        let inflater = try Inflater()
        inflater.feed(compressed)
        var count = 0
        while let piece = try inflater.next(allocator: ByteBufferAllocator()) {
            #expect(piece.readableBytes <= 64 << 10)
            count += piece.readableBytes
        }
        #expect(count == 32 << 20)
    }
}
