/// When to connect, and how long to wait in between: the rule of ``ConnectionDriver``, without sockets or clocks.
///
/// ```
///            demand                opened
///   idle ─────────────► connecting ──────► ready
///    ▲ ▲                 │   ▲               │ lost
///    │ └─ elapsed, no    │   │ elapsed,      │
///    │    demand         │   │ demand        │
///    └───────────── backing off ◄────────────┘
///                        ▲ lost
///   closed: from every state, for good
/// ```
struct ReconnectMachine {
    enum State: Hashable {
        case idle
        case connecting
        case ready
        case backingOff
        case closed
    }

    /// What the driver has to do now.
    enum Action: Hashable {
        case none
        case connect
        /// Write what waits.
        case flush
        /// Call ``elapsed(hasDemand:)`` in so many seconds.
        case waitBeforeRetry(seconds: Double)
        /// Drop the connection, if there is one, and everybody who waits.
        case shutDown
    }

    private(set) var state: State = .idle
    /// Failures in a row since a server last let us in.
    private(set) var failures = 0
    let baseSeconds: Double
    let capSeconds: Double

    init(baseSeconds: Double, capSeconds: Double) {
        self.baseSeconds = baseSeconds
        self.capSeconds = capSeconds
    }

    /// Somebody has a command.
    mutating func demand() -> Action {
        switch state {
        case .idle:
            state = .connecting
            return .connect
        case .ready: return .flush
        case .connecting, .backingOff: return .none
        case .closed: return .shutDown
        }
    }

    /// The server let us in.
    mutating func opened() -> Action {
        switch state {
        case .connecting:
            state = .ready
            failures = 0
            return .flush
        case .closed: return .shutDown
        case .idle, .ready, .backingOff: return .none
        }
    }

    /// The attempt failed, or the connection broke.
    /// - Parameter random: in 0..<1. Half of the pause is fixed, so that no draw makes a loop without a pause.
    mutating func lost(random: Double) -> Action {
        switch state {
        case .connecting, .ready:
            let ceiling = min(capSeconds, baseSeconds * Double(1 << min(failures, 20)))
            failures += 1
            state = .backingOff
            return .waitBeforeRetry(seconds: ceiling * (0.5 + random / 2))
        case .idle, .backingOff, .closed: return .none
        }
    }

    /// The pause is over.
    /// - Parameter hasDemand: whether a command waits; without one there is no reason to connect yet.
    mutating func elapsed(hasDemand: Bool) -> Action {
        switch state {
        case .backingOff where hasDemand:
            state = .connecting
            return .connect
        case .backingOff:
            state = .idle
            return .none
        case .idle, .connecting, .ready, .closed: return .none
        }
    }

    mutating func close() -> Action {
        switch state {
        case .idle, .connecting, .ready, .backingOff:
            state = .closed
            return .shutDown
        case .closed: return .none
        }
    }
}
