import Testing

@testable import Redis

@Suite struct MasterWatchTests {
    private static let ours = RedisAddress(host: "ours", port: 1)
    private static let other = RedisAddress(host: "other", port: 2)
    private static let third = RedisAddress(host: "third", port: 3)

    @Test("a round ends with the first sentinel that agrees, and the next round begins with the next sentinel")
    func turns() {
        var watch = MasterWatch(server: Self.ours, sentinelCount: 3, first: 1)
        for expected in [1, 2, 0, 1] {
            #expect(watch.begin() == .ask(expected))
            #expect(watch.answered(.master(Self.ours)) == .keep)
        }
    }

    @Test(
        "the connection is left only for a server that more sentinels name than ours",
        arguments: [
            ([other, other, other], true), ([other, ours, other], true), ([other, nil, nil], true),
            ([nil, nil, other], true), ([nil, other, other], true), ([other, third, other], true),
            // A sentinel that lags behind, or a failover that not all have heard of yet.
            ([other, ours, ours], false), ([other, ours, nil], false), ([nil, other, ours], false),
            ([other, third, ours], false), ([nil, nil, nil], false),
        ] as [([RedisAddress?], Bool)])
    func majority(_ named: [RedisAddress?], leaves: Bool) {
        var watch = MasterWatch(server: Self.ours, sentinelCount: 3, first: 0)
        var action = watch.begin()
        for (index, address) in named.enumerated() {
            #expect(action == .ask(index))
            action = watch.answered(address.map { .master($0) } ?? .silent("x"))
        }
        guard leaves else { return #expect(action == .keep) }
        guard case .leave(let sentinel) = action else { return #expect(Bool(false), "\(action)") }
        #expect(named[sentinel] == Self.other)
    }

    @Test("what sentinels said in one round counts for nothing in the next")
    func rounds() {
        var watch = MasterWatch(server: Self.ours, sentinelCount: 2, first: 0)
        #expect(watch.begin() == .ask(0))
        #expect(watch.answered(.master(Self.other)) == .ask(1))
        #expect(watch.answered(.master(Self.ours)) == .keep)
        #expect(watch.begin() == .ask(1))
        #expect(watch.answered(.silent("x")) == .ask(0))
        #expect(watch.answered(.master(Self.other)) == .leave(sentinel: 0))
    }

    @Test(
        "an error reply tells of a demotion, gives reason to ask, or says nothing",
        arguments: [
            ("READONLY You can't write against a read only replica.", .demoted),
            ("MASTERDOWN Link with MASTER is down", .demoted),
            ("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)", .demoted),
            ("UNBLOCKED client unblocked via CLIENT UNBLOCK", nil),
            ("LOADING Redis is loading the dataset in memory", .possible),
            ("NOREPLICAS Not enough good replicas to write.", .possible),
            ("ERR unknown command", nil), ("OOM command not allowed", nil), ("EPOCH", nil),
        ] as [(String, MasterDoubt?)])
    func doubts(line: String, doubt: MasterDoubt?) {
        #expect(MasterDoubt(RedisServerError(line: line)) == doubt)
    }
}
