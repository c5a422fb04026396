/// How a limit that holds for all shards together is shared out among them, by what each needs.
package enum GateShares {
    /// What one shard has and needs of a gate.
    package struct Shard: Sendable, Hashable {
        /// The slots that it may fill now.
        package var share: Int
        /// Those that it fills.
        package var used: Int
        /// Jobs that wait for one.
        package var waiting: Int

        package init(share: Int, used: Int, waiting: Int) {
            self.share = share
            self.used = used
            self.waiting = waiting
        }
    }

    /// The next shares: by need, the rest evenly, so that a shard without work finds a slot when it has some.
    ///
    /// The limit is never exceeded, not even for a moment: a share grows only by what no other shard holds or uses, so that
    /// it may take a second round until a shard that must give has given.
    /// - Parameter limit: slots of all shards together, at least 0.
    /// - Returns: one a shard, in order; together at most the limit.
    package static func next(limit: Int, _ shards: [Shard]) -> [Int] {
        guard !shards.isEmpty else { return [] }
        let wanted = wishes(limit: limit, shards.map { $0.used + $0.waiting })
        // Whoever must give gives first, but what runs, runs.
        var shares = zip(wanted, shards).map { min($0, $1.share) }
        var free = limit - zip(shares, shards).reduce(0) { $0 + max($1.0, $1.1.used) }
        for (at, target) in wanted.enumerated() where target > shares[at] && free > 0 {
            // What it uses beyond its share is counted already.
            let held = max(shares[at], shards[at].used)
            let grown = min(target, held + free)
            if grown > shares[at] {
                free -= max(0, grown - held)
                shares[at] = grown
            }
        }
        return shares
    }

    /// The shares that the shards should come to: as much as each needs if there is enough, else in proportion.
    private static func wishes(limit: Int, _ needs: [Int]) -> [Int] {
        let total = needs.reduce(0, +)
        var wishes: [Int]
        if total <= limit {
            wishes = needs
            let rest = limit - total
            for at in wishes.indices { wishes[at] += rest / wishes.count + (at < rest % wishes.count ? 1 : 0) }
            return wishes
        }
        wishes = needs.map { limit * $0 / total }
        // What rounding left goes to those with the largest remainders, and a need is never answered with nothing twice.
        let order = needs.indices.sorted { left, right in
            let remainders = (limit * needs[left] % total, limit * needs[right] % total)
            return (wishes[left] == 0 ? 0 : 1, -remainders.0, left) < (wishes[right] == 0 ? 0 : 1, -remainders.1, right)
        }
        var left = limit - wishes.reduce(0, +)
        for at in order where left > 0 && needs[at] > wishes[at] {
            wishes[at] += 1
            left -= 1
        }
        return wishes
    }
}
