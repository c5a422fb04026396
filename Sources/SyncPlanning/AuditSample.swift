package import MailModel

/// Which of a folder's messages have their bytes compared: reading all of them is for a deep audit.
package enum AuditSample {
    /// The first, the last, and others spread evenly between them, one out of each stretch of equal length.
    ///
    /// - Parameters:
    ///   - placed: all that are stored.
    ///   - count: at most so many; at least 1.
    ///   - seed: which one of each stretch; another one each time lets audits see all messages in the end.
    package static func choose(from placed: UIDSet, count: Int, seed: UInt64) -> UIDSet {
        precondition(count > 0, "a sample holds at least one message")
        let total = placed.count
        guard total > count else { return placed }
        guard count > 2 else { return UIDSet(Array(placed.uids.prefix(count))) }
        var wanted: Set<Int> = [0, total - 1]
        let stretches = count - 2
        let inner = total - 2
        for stretch in 0..<stretches {
            let low = 1 + stretch * inner / stretches
            let high = 1 + (stretch + 1) * inner / stretches
            wanted.insert(low + Int(mixed(seed &+ UInt64(stretch)) % UInt64(high - low)))
        }
        return UIDSet(placed.uids.enumerated().lazy.filter { wanted.contains($0.offset) }.map(\.element))
    }

    /// SplitMix64's step: neighbouring seeds give unrelated numbers.
    private static func mixed(_ seed: UInt64) -> UInt64 {
        var z = seed &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
