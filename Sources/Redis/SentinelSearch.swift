/// One search for the master through a set of sentinels: the rule of ``MasterFollower``, without sockets or clocks.
///
/// Each sentinel is asked once, from a starting place that differs between clients. The first answer is tried; if no
/// connection comes of it, or the server there is no master, the next sentinel is asked, and an answer that was tried
/// before is not tried again.
///
/// ```
///   begin ──► ask ──master──► connect ──► (the caller is content, and forgets the search)
///              ▲ │               │ connectionFailed
///              │ └──anything else┤
///              └── more to ask ──┴── none left ──► give up
/// ```
struct SentinelSearch {
    /// What the performer has to do now.
    enum Action: Hashable {
        /// Ask the sentinel of this index.
        case ask(Int)
        /// Connect to what it named, and see that this is a master.
        case connect(RedisAddress)
        case giveUp(ConnectionFailure)
    }

    private let sentinels: RedisSentinels
    private let first: Int
    private var asked = 0
    private var tried: Set<RedisAddress> = []
    private var answers: [SentinelAnswer] = []
    private var notes: [String] = []

    /// - Parameter first: index of the sentinel to begin with.
    init(_ sentinels: RedisSentinels, first: Int) {
        self.sentinels = sentinels
        self.first = first
    }

    private var current: Int { (first + asked - 1) % sentinels.addresses.count }

    mutating func begin() -> Action { next() }

    /// What came of the last ``Action/ask(_:)``.
    mutating func answered(_ answer: SentinelAnswer) -> Action {
        answers.append(answer)
        if case .master(let address) = answer {
            if tried.insert(address).inserted { return .connect(address) }
            note("it names \(address) as well")
        } else {
            note("\(answer)")
        }
        return next()
    }

    /// The last ``Action/connect(_:)`` led to no master.
    mutating func connectionFailed(_ failure: ConnectionFailure) -> Action {
        note("\(answers.last.map { "\($0)" } ?? "it names a server"), and there: \(failure)")
        return next()
    }

    private mutating func note(_ text: String) { notes.append("\(sentinels.addresses[current]): \(text)") }

    private mutating func next() -> Action {
        guard asked < sentinels.addresses.count else { return .giveUp(failure) }
        asked += 1
        return .ask(current)
    }

    /// Where all sentinels agree on something that only a person can mend, waiting is of no use.
    private var failure: ConnectionFailure {
        if answers.allSatisfy({ $0 == .unknownService }) {
            return .misconfigured("no sentinel knows a service named \"\(sentinels.service)\"")
        }
        let refusals = answers.compactMap { if case .refused(let error) = $0 { error } else { nil } }
        if let refusal = refusals.first, refusals.count == answers.count {
            return .misconfigured(
                "every sentinel refused with \(refusal.code); sentinel_username and sentinel_password say who we are there"
            )
        }
        let faults = answers.compactMap { if case .tls(let reason) = $0 { reason } else { nil } }
        if let fault = faults.first, faults.count == answers.count { return .tls("with every sentinel: \(fault)") }
        return .broken(
            "no sentinel led to a master of \"\(sentinels.service)\": " + notes.joined(separator: "; "))
    }
}
