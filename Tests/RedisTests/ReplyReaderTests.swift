import Testing

@testable import Redis

@Suite struct ReplyReaderTests {
    struct Fixture: Sendable, CustomTestStringConvertible {
        let wire: String
        let values: [RedisValue]
        var testDescription: String { wire.debugDescription }
    }

    static let fixtures = [
        Fixture(wire: "+OK\r\n", values: [.simple("OK")]),
        Fixture(
            wire: "-NOSCRIPT No matching script.\r\n",
            values: [
                .error(RedisServerError(line: "NOSCRIPT No matching script."))
            ]),
        Fixture(wire: ":-42\r\n:9223372036854775807\r\n", values: [.integer(-42), .integer(.max)]),
        Fixture(wire: "$5\r\nhe\r\no\r\n$0\r\n\r\n$-1\r\n", values: [.bulk(Array("he\r\no".utf8)), .bulk([]), .null]),
        Fixture(wire: "*0\r\n*-1\r\n", values: [.array([]), .null]),
        Fixture(
            wire: "*3\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n$-1\r\n+after\r\n",
            values: [
                .array([.integer(1), .array([.bulk([0x61]), .array([])]), .null]), .simple("after"),
            ]),
        Fixture(
            wire: "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n",
            values: [
                .array([.array([.array([.array([.array([.array([.array([.integer(7)])])])])])])])
            ]),
        Fixture(
            wire: "*2\r\n-ERR one\r\n:2\r\n",
            values: [.array([.error(RedisServerError(line: "ERR one")), .integer(2)])]),
    ]

    private static func reader(bytes: Int = 1 << 20, elements: Int = 1_000) -> ReplyReader {
        ReplyReader(maximumReplyBytes: bytes, maximumArrayElements: elements)
    }

    private static func read(_ chunks: [[UInt8]], with reader: ReplyReader) throws -> [RedisValue] {
        var values: [RedisValue] = []
        for chunk in chunks {
            try chunk.withUnsafeBytes { try reader.read($0) { values.append($0) } }
        }
        return values
    }

    @Test("replies are the same wherever the network cuts them", arguments: fixtures)
    func splits(_ fixture: Fixture) throws {
        let wire = Array(fixture.wire.utf8)
        for cut in 0...wire.count {
            let values = try Self.read([Array(wire[..<cut]), Array(wire[cut...])], with: Self.reader())
            #expect(values == fixture.values, "cut at \(cut)")
        }
        #expect(try Self.read(wire.map { [$0] }, with: Self.reader()) == fixture.values)
    }

    @Test(
        "bytes that are no RESP end the reader",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n", "\0\0\0\0", "*x\r\n", "$-7\r\n", ":12a\r\n", "$99999999999999999999\r\n",
            "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n",
        ])
    func garbage(_ wire: String) {
        #expect(throws: ReplyReaderError.self) { try Self.read([Array(wire.utf8)], with: Self.reader()) }
    }

    @Test(
        "an array that announces more than the bound is refused before it is built",
        arguments: [
            "*1001\r\n", "*2147483647\r\n", "*1\r\n*2147483647\r\n",
        ])
    func hugeArray(_ wire: String) {
        #expect(throws: ReplyReaderError.arrayTooLong) { try Self.read([Array(wire.utf8)], with: Self.reader()) }
    }

    @Test("a reply of more bytes than the bound is refused while it arrives, in one string or in many")
    func longReply() {
        let chunk = [UInt8](repeating: 0x61, count: 512)
        #expect(throws: ReplyReaderError.replyTooLong) {
            try Self.read(
                [Array("$536870912\r\n".utf8)] + Array(repeating: chunk, count: 3), with: Self.reader(bytes: 1_024))
        }
        let element = Array("$512\r\n".utf8) + chunk + Array("\r\n".utf8)
        #expect(throws: ReplyReaderError.replyTooLong) {
            try Self.read(
                [Array("*1000\r\n".utf8)] + Array(repeating: element, count: 3), with: Self.reader(bytes: 1_024))
        }
    }

    @Test("many replies in one read do not count together against the bound of one")
    func manyReplies() throws {
        let wire = Array(String(repeating: "$3\r\nabc\r\n", count: 1_000).utf8)
        #expect(try Self.read([wire], with: Self.reader(bytes: 64)).count == 1_000)
    }
}
