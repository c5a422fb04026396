import Testing

@testable import JobQueue

@Suite struct GateSharesTests {
    private typealias Shard = GateShares.Shard

    @Test("with enough for all each gets what it needs, and the rest is shared evenly")
    func plenty() {
        let idle = [Shard(share: 5, used: 0, waiting: 0), Shard(share: 5, used: 0, waiting: 0)]
        #expect(GateShares.next(limit: 10, idle) == [5, 5])
        let needy = [Shard(share: 5, used: 5, waiting: 2), Shard(share: 5, used: 1, waiting: 0)]
        #expect(GateShares.next(limit: 10, needy) == [8, 2])
    }

    @Test("with too little it is shared by need, and no need is left with nothing while others have more than one")
    func scarce() {
        let shards = [Shard(share: 5, used: 0, waiting: 90), Shard(share: 5, used: 0, waiting: 10)]
        #expect(GateShares.next(limit: 10, shards) == [9, 1])
        let three = [
            Shard(share: 1, used: 0, waiting: 100), Shard(share: 1, used: 0, waiting: 1),
            Shard(share: 1, used: 0, waiting: 1),
        ]
        #expect(GateShares.next(limit: 3, three).reduce(0, +) == 3)
    }

    @Test("a share grows only by what no other shard still uses (guard: what is used counts against the limit)")
    func giving() {
        // The second needs all, but the first's jobs still run.
        let shards = [Shard(share: 8, used: 8, waiting: 0), Shard(share: 2, used: 2, waiting: 100)]
        let next = GateShares.next(limit: 10, shards)
        #expect(next[0] < 8 && next[1] == 2)
        // When they have ended, it grows.
        let later = [Shard(share: next[0], used: next[0], waiting: 0), Shard(share: 2, used: 2, waiting: 100)]
        #expect(GateShares.next(limit: 10, later)[1] > 2)
    }

    @Test("whatever is used and needed, shares and what runs beyond them never exceed the limit", arguments: 0..<200)
    func never(_ seed: Int) {
        var random = SystemRandomNumberGenerator()
        let count = 1 + seed % 8
        let limit = Int.random(in: 0...50, using: &random)
        var shards = GateShares.next(
            limit: limit, Array(repeating: Shard(share: 0, used: 0, waiting: 0), count: count)
        ).map { Shard(share: $0, used: 0, waiting: 0) }
        for _ in 0..<20 {
            for at in shards.indices {
                // Within its share, or what still runs from before.
                let most = max(shards[at].share, shards[at].used)
                shards[at].used = Int.random(in: 0...most, using: &random)
                shards[at].waiting = Int.random(in: 0...30, using: &random)
            }
            for (at, share) in GateShares.next(limit: limit, shards).enumerated() { shards[at].share = share }
            let held = shards.reduce(0) { $0 + max($1.share, $1.used) }
            #expect(held <= limit, "\(limit): \(shards)")
        }
    }
}
