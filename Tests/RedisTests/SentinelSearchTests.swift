import Testing

@testable import Redis

@Suite struct SentinelSearchTests {
    private static let old = RedisAddress(host: "old", port: 1)
    private static let new = RedisAddress(host: "new", port: 2)
    private static let broken = ConnectionFailure.broken("no")

    private static func search(first: Int = 0) -> SentinelSearch {
        SentinelSearch(
            RedisSentinels(addresses: (1...3).map { RedisAddress(host: "s\($0)", port: $0) }, service: "main"),
            first: first)
    }

    @Test("each sentinel is asked once, from the given one on, and the search says of each what it met")
    func everyOneOnce() {
        var search = Self.search(first: 2)
        #expect(search.begin() == .ask(2))
        #expect(search.answered(.silent("refused")) == .ask(0))
        #expect(search.answered(.unknownService) == .ask(1))
        #expect(
            search.answered(.refused(RedisServerError(line: "NOAUTH x")))
                == .giveUp(
                    .broken(
                        "no sentinel led to a master of \"main\": s3:3: refused; "
                            + "s1:1: it knows no service of that name; s2:2: it refused with NOAUTH")))
    }

    @Test("a server that let nobody in sends the search to the next sentinel, and is not tried twice")
    func staleAnswer() {
        var search = Self.search()
        #expect(search.begin() == .ask(0))
        #expect(search.answered(.master(Self.old)) == .connect(Self.old))
        #expect(search.connectionFailed(.broken("the server is a replica")) == .ask(1))
        #expect(search.answered(.master(Self.old)) == .ask(2))
        #expect(search.answered(.master(Self.new)) == .connect(Self.new))
        #expect(
            search.connectionFailed(Self.broken)
                == .giveUp(
                    .broken(
                        "no sentinel led to a master of \"main\": s1:1: it names old:1, and there: the server is a "
                            + "replica; s2:2: it names old:1 as well; s3:3: it names new:2, and there: no")))
    }

    @Test("what every sentinel refuses needs a person; what one of them refuses doesn't")
    func agreement() {
        let wrong = SentinelAnswer.refused(RedisServerError(line: "WRONGPASS x"))
        let cases: [([SentinelAnswer], (ConnectionFailure) -> Bool)] = [
            (
                [.unknownService, .unknownService, .unknownService],
                { $0.refusal != nil && "\($0)".contains("\"main\"") }
            ),
            ([wrong, wrong, wrong], { $0.refusal != nil && "\($0)".contains("sentinel_password") }),
            ([.tls("x"), .tls("x"), .tls("x")], { if case .tls = $0 { true } else { false } }),
            ([.unknownService, .silent("x"), .unknownService], { $0.refusal == nil }),
            ([wrong, .tls("x"), .unknownService], { $0.refusal == nil }),
        ]
        for (answers, holds) in cases {
            var search = Self.search()
            _ = search.begin()
            let last = answers.map { search.answered($0) }.last
            guard case .giveUp(let failure) = last else {
                Issue.record("\(answers) led to \(String(describing: last))")
                continue
            }
            #expect(holds(failure), "\(answers) led to \(failure)")
        }
    }

    @Test("a sentinel's reply is an address, nothing, or no use")
    func answers() {
        #expect(SentinelAnswer(.null) == .unknownService)
        #expect(
            SentinelAnswer(.array([.bulk(Array("::1".utf8)), .bulk(Array("6379".utf8))]))
                == .master(RedisAddress(host: "::1", port: 6379)))
        let refusal = RedisServerError(line: "NOPERM x")
        #expect(SentinelAnswer(.error(refusal)) == .refused(refusal))
        let useless: [RedisValue] = [
            .simple("OK"), .integer(3), .array([]), .array([.bulk([0x61])]), .array([.bulk([0x61]), .bulk([0x61])]),
            .array([.bulk([]), .integer(1)]), .array([.bulk([0x61]), .integer(70_000)]),
            .error(RedisServerError(line: "BUSY x")),
        ]
        for reply in useless {
            guard case .silent = SentinelAnswer(reply) else {
                Issue.record("\(reply) is \(SentinelAnswer(reply))")
                continue
            }
        }
    }
}
