/// Whether the sentinels still call the server that we use the master: the rule of ``MasterFollower``, without sockets
/// or clocks.
///
/// A master that is cut off from its sentinels is replaced and never told, so nothing on its connection says so. Now
/// and then one sentinel is asked, each in its turn. If it names our server, that will do. If not, the others are asked
/// too, and the connection is left only if more of them name one other server than name ours: a sentinel that was cut
/// off itself lags behind, and must not lead us back to the old master.
struct MasterWatch {
    /// What the performer has to do now.
    enum Action: Hashable {
        /// Ask the sentinel of this index.
        case ask(Int)
        /// Nothing, until the next round.
        case keep
        /// Drop the connection, and begin the search for the new master with the sentinel of this index.
        case leave(sentinel: Int)
    }

    private struct Votes {
        let count: Int
        /// Who named it last.
        let sentinel: Int
    }

    private let server: RedisAddress
    private let sentinelCount: Int
    private var first: Int
    private var asked = 0
    private var votes: [RedisAddress: Votes] = [:]

    /// - Parameters:
    ///   - server: as a sentinel named it.
    ///   - first: index of the sentinel that is asked in the first round.
    init(server: RedisAddress, sentinelCount: Int, first: Int) {
        self.server = server
        self.sentinelCount = sentinelCount
        self.first = first
    }

    private var current: Int { (first + asked - 1) % sentinelCount }

    /// Begins a round.
    mutating func begin() -> Action {
        if asked > 0 { first = (first + 1) % sentinelCount }
        asked = 1
        votes = [:]
        return .ask(current)
    }

    /// What came of the last ``Action/ask(_:)``.
    mutating func answered(_ answer: SentinelAnswer) -> Action {
        if case .master(let address) = answer {
            votes[address] = Votes(count: (votes[address]?.count ?? 0) + 1, sentinel: current)
            if address == server, votes.count == 1 { return .keep }
        }
        if asked < sentinelCount {
            asked += 1
            return .ask(current)
        }
        let ours = votes.removeValue(forKey: server)?.count ?? 0
        guard let other = votes.values.max(by: { $0.count < $1.count }), other.count > ours else { return .keep }
        return .leave(sentinel: other.sentinel)
    }
}
