import Testing

@testable import Postgres

@Suite("PoolMachine")
struct PoolMachineTests {
    private final class Request {}

    @Test("seats start one by one up to the size; then requests wait, first come first served")
    func order() throws {
        var machine = PoolMachine<Request>(size: 2)
        let requests = (0..<4).map { _ in Request() }
        guard case .start(0) = machine.submit(requests[0]), case .start(1) = machine.submit(requests[1]),
            case .waits = machine.submit(requests[2]), case .waits = machine.submit(requests[3]),
            case .run(let third) = machine.finished(seat: 1), case .run(let fourth) = machine.finished(seat: 0)
        else { throw Missing() }
        #expect(third === requests[2] && fourth === requests[3])
    }

    @Test("the seat used last is used next, before another is started")
    func warmth() throws {
        var machine = PoolMachine<Request>(size: 2)
        _ = machine.submit(Request())
        guard case .idle = machine.finished(seat: 0), case .wake(0) = machine.submit(Request()) else { throw Missing() }
    }

    @Test("a waiting request leaves the queue when cancelled, a running one is interrupted, a done one is unknown")
    func cancelling() throws {
        var machine = PoolMachine<Request>(size: 1)
        let (running, waiting) = (Request(), Request())
        _ = machine.submit(running)
        _ = machine.submit(waiting)
        guard case .removed = machine.cancel(waiting), case .interrupt(0) = machine.cancel(running),
            case .idle = machine.finished(seat: 0), case .unknown = machine.cancel(running)
        else { throw Missing() }
    }

    @Test("closing refuses what waits and what comes, and is over when the last seat has ended")
    func closing() throws {
        var machine = PoolMachine<Request>(size: 2)
        _ = machine.submit(Request())
        _ = machine.submit(Request())
        _ = machine.finished(seat: 0)
        let (refused, wake) = machine.close()
        #expect(refused.isEmpty && wake == [0])
        guard case .refused = machine.submit(Request()), case .end = machine.take(seat: 0) else { throw Missing() }
        machine.ended(seat: 0)
        #expect(!machine.isOver)
        guard case .end = machine.finished(seat: 1) else { throw Missing() }
        machine.ended(seat: 1)
        #expect(machine.isOver)
    }

    @Test("many waiting requests keep their order")
    func many() throws {
        var machine = PoolMachine<Request>(size: 1)
        let requests = (0..<1_000).map { _ in Request() }
        for request in requests { _ = machine.submit(request) }
        for request in requests.dropFirst() {
            guard case .run(let next) = machine.finished(seat: 0) else { throw Missing() }
            #expect(next === request)
        }
    }
}
