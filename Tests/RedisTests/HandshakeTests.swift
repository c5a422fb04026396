import Testing

@testable import Redis

@Suite struct HandshakeTests {
    private static func handshake(_ url: String) throws -> Handshake { Handshake(try RedisConfiguration(url: url)) }

    private static func outcome(_ url: String, _ replies: [RedisValue]) throws -> ConnectionFailure? {
        var handshake = try handshake(url)
        for reply in replies.dropLast() { try #require(handshake.receive(reply) == nil) }
        switch handshake.receive(try #require(replies.last)) {
        case .success: return nil
        case .failure(let failure): return failure
        case nil: return .broken("unfinished")
        }
    }

    @Test("it says what the configuration needs, and asks for the role only where sentinels named the server")
    func commands() throws {
        let name = RedisCommand("CLIENT", "SETNAME", "postrider")
        #expect(try Self.handshake("redis://a").commands == [name])
        #expect(
            try Self.handshake("redis://u:p@a/2").commands
                == [RedisCommand("AUTH", "u", "p"), RedisCommand("SELECT", "2"), name])
        #expect(
            try Self.handshake("redis+sentinel://:p@a/main").commands
                == [RedisCommand("AUTH", "p"), name, RedisCommand("ROLE")])
    }

    @Test("behind sentinels only a master will do, and a user who may not ask is told what is missing")
    func role() throws {
        let url = "redis+sentinel://a/main"
        let ok = RedisValue.simple("OK")
        #expect(try Self.outcome(url, [ok, .array([.bulk(Array("master".utf8)), .integer(0), .array([])])]) == nil)
        #expect(
            try Self.outcome(url, [ok, .array([.bulk(Array("slave".utf8)), .bulk([])])])
                == .broken("the server is a replica"))
        #expect(
            try Self.outcome(url, [ok, .array([.bulk(Array("sentinel".utf8)), .array([])])])
                == .broken("the server's role is sentinel"))
        let noRight = RedisValue.error(RedisServerError(line: "NOPERM no"))
        let failure = try Self.outcome(url, [noRight, noRight])
        #expect(failure?.refusal != nil && failure.map { "\($0)".contains("ROLE") } == true)
        #expect(try Self.outcome("redis://a", [noRight]) == nil)
    }

    @Test("a server that can't serve just now is tried again; one that refuses the sign-in isn't")
    func refusals() throws {
        #expect(
            try Self.outcome("redis://a", [.error(RedisServerError(line: "LOADING x"))])
                == .broken("the server answered LOADING"))
        let noAuth = RedisServerError(line: "NOAUTH x")
        #expect(try Self.outcome("redis://a", [.error(noAuth)]) == .refused(noAuth))
        let wrong = RedisServerError(line: "WRONGPASS x")
        #expect(try Self.outcome("redis://:p@a", [.error(wrong), .error(noAuth)]) == .refused(wrong))
    }
}
