import Testing

@testable import Redis

@Suite struct RedisCommandTests {
    @Test("a command is encoded with the length of each argument in bytes, whatever is in them")
    func encoding() {
        var command = RedisCommand("SET", "ключ", .bytes([0x00, 0x0D, 0x0A]), -7)
        command.append("")
        var bytes: [UInt8] = []
        command.encode(into: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "*5\r\n$3\r\nSET\r\n$8\r\nключ\r\n$3\r\n\0\r\n\r\n$2\r\n-7\r\n$0\r\n\r\n")
    }
}
