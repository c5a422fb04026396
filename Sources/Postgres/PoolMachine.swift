/// Who runs what in a pool: seats are connections with their threads, requests wait for one in the order they came.
///
/// A value without I/O; each input answers with what its caller is to do.
///
/// ```
/// seat:  unstarted ──submit──► busy ──finished, nothing waits──► idle ──submit──► busy
///                               ▲  └─finished, one waits─┘        │
///                               └──────────────────────           ├─close─► ended
///                                                    busy ──finished after close─► ended
/// ```
struct PoolMachine<Request: AnyObject> {
    enum Seat {
        case unstarted
        case idle
        case busy(Request)
        case ended
    }

    enum Submission {
        /// Start the seat's thread; the request is its first.
        case start(seat: Int)
        /// Wake the seat's thread; it will ``take(seat:)`` the request.
        case wake(seat: Int)
        /// A later `finished` gives it to a seat.
        case waits
        /// The pool is closed.
        case refused
    }

    enum Work {
        case run(Request)
        case idle
        case end
    }

    enum Cancelling {
        /// It was waiting and is out.
        case removed
        /// It runs on this seat, whose thread is to be woken.
        case interrupt(seat: Int)
        /// It isn't here: done, or not submitted yet.
        case unknown
    }

    private(set) var seats: [Seat]
    /// Idle seats, the last used at the end: warm connections go first.
    private var idle: [Int] = []
    private var waiting: [Request] = []
    /// How many at the front of `waiting` have been served; they are removed many at a time.
    private var served = 0
    private(set) var isClosed = false

    init(size: Int) { seats = Array(repeating: .unstarted, count: size) }

    mutating func submit(_ request: Request) -> Submission {
        if isClosed { return .refused }
        if let seat = idle.popLast() {
            seats[seat] = .busy(request)
            return .wake(seat: seat)
        }
        for (seat, state) in seats.enumerated() {
            guard case .unstarted = state else { continue }
            seats[seat] = .busy(request)
            return .start(seat: seat)
        }
        waiting.append(request)
        return .waits
    }

    /// The request that a woken seat is to run.
    func take(seat: Int) -> Work {
        switch seats[seat] {
        case .busy(let request): .run(request)
        case .idle: isClosed ? .end : .idle
        case .unstarted, .ended: .end
        }
    }

    /// A seat has run its request.
    mutating func finished(seat: Int) -> Work {
        if served < waiting.count {
            let request = waiting[served]
            served += 1
            if served > 64, served * 2 > waiting.count {
                waiting.removeFirst(served)
                served = 0
            }
            seats[seat] = .busy(request)
            return .run(request)
        }
        waiting.removeAll(keepingCapacity: true)
        served = 0
        seats[seat] = .idle
        if isClosed { return .end }
        idle.append(seat)
        return .idle
    }

    mutating func cancel(_ request: Request) -> Cancelling {
        for (seat, state) in seats.enumerated() {
            if case .busy(let busy) = state, busy === request { return .interrupt(seat: seat) }
        }
        guard let index = waiting[served...].firstIndex(where: { $0 === request }) else { return .unknown }
        waiting.remove(at: index)
        return .removed
    }

    /// Refuses what comes and what waits; what runs goes on to its end.
    /// - Returns: the requests to refuse, and the seats whose threads are to be woken so that they end.
    mutating func close() -> (refused: [Request], wake: [Int]) {
        guard !isClosed else { return ([], []) }
        isClosed = true
        let refused = Array(waiting[served...])
        waiting = []
        served = 0
        for (seat, state) in seats.enumerated() {
            if case .unstarted = state { seats[seat] = .ended }
        }
        return (refused, idle)
    }

    /// A seat's thread is over.
    mutating func ended(seat: Int) { seats[seat] = .ended }

    /// Whether the pool is closed and no thread is left.
    var isOver: Bool {
        isClosed && seats.allSatisfy { if case .ended = $0 { true } else { false } }
    }
}
