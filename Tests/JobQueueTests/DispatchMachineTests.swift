import Testing

@testable import JobQueue

@Suite struct DispatchMachineTests {
    private let now = ContinuousClock.now

    @Test("it claims at first, goes on while claims are full, and listens once one is not")
    func claiming() {
        var machine = DispatchMachine(concurrency: 10, batch: 100)
        #expect(machine.next(now: now) == .exchange(finish: 0, claim: 10))
        machine.claimed(4, asked: 4, nextDue: nil, now: now)
        #expect(machine.next(now: now) == .exchange(finish: 0, claim: 6))
        machine.claimed(1, asked: 6, nextDue: nil, now: now)
        #expect(machine.next(now: now) == .wait(listening: true, until: nil))
        machine.wakeEnded(.woken, now: now, pause: .zero)
        #expect(machine.next(now: now) == .exchange(finish: 0, claim: 5))
        machine.claimed(0, asked: 5, nextDue: nil, now: now)
        machine.wakeEnded(.silence, now: now, pause: .zero)
        #expect(machine.next(now: now) == .exchange(finish: 0, claim: 5))
    }

    @Test("full, it does not listen, and passes a wake-up on; with room again it claims")
    func full() {
        var machine = DispatchMachine(concurrency: 2, batch: 100)
        _ = machine.next(now: now)
        machine.claimed(2, asked: 2, nextDue: nil, now: now)
        #expect(machine.next(now: now) == .wait(listening: false, until: nil))
        machine.wakeEnded(.woken, now: now, pause: .zero)
        #expect(machine.next(now: now) == .passOn)
        #expect(machine.next(now: now) == .wait(listening: false, until: nil))
        // The finish of the one that has ended makes the room that the same call fills.
        machine.runEnded()
        #expect(machine.next(now: now) == .exchange(finish: 1, claim: 1))
        machine.freed(1)
        machine.claimed(1, asked: 1, nextDue: nil, now: now)
        machine.runEnded()
        machine.runEnded()
        machine.freed(2)
        #expect(machine.next(now: now) == .exchange(finish: 0, claim: 2))
    }

    @Test("it waits for the next due time and claims then")
    func due() {
        var machine = DispatchMachine(concurrency: 2, batch: 100)
        _ = machine.next(now: now)
        machine.claimed(0, asked: 2, nextDue: .seconds(3), now: now)
        #expect(machine.next(now: now) == .wait(listening: true, until: now + .seconds(3)))
        #expect(machine.next(now: now + .seconds(3)) == .exchange(finish: 0, claim: 2))
    }

    @Test("after a failure it pauses, twice as long each time up to the cap, and then claims")
    func failure() {
        var machine = DispatchMachine(concurrency: 2, batch: 100)
        var time = now
        for pause in [0.5, 1, 2, 2] {
            #expect(machine.next(now: time) == .exchange(finish: 0, claim: 2))
            machine.failed(now: time, base: .seconds(1), cap: .seconds(4), random: 0)
            #expect(machine.next(now: time) == .wait(listening: false, until: time + .seconds(pause)))
            time += .seconds(pause)
        }
        #expect(machine.next(now: time) == .exchange(finish: 0, claim: 2))
        machine.claimed(0, asked: 2, nextDue: nil, now: time)
        machine.failed(now: time, base: .seconds(1), cap: .seconds(4), random: 0)
        #expect(machine.next(now: time) == .wait(listening: false, until: time + .seconds(0.5)))
    }

    @Test("stopped, it claims no more")
    func stop() {
        var machine = DispatchMachine(concurrency: 2, batch: 100)
        machine.stop()
        machine.wakeEnded(.woken, now: now, pause: .zero)
        #expect(machine.next(now: now) == .stop)
    }

    @Test("stopped with jobs running, it hands their finishes in before it ends")
    func stopRunning() {
        var machine = DispatchMachine(concurrency: 2, batch: 100)
        _ = machine.next(now: now)
        machine.claimed(2, asked: 2, nextDue: nil, now: now)
        machine.stop()
        #expect(machine.next(now: now) == .wait(listening: false, until: nil))
        machine.runEnded()
        #expect(machine.next(now: now) == .exchange(finish: 1, claim: 0))
        machine.freed(1)
        machine.dropped(1)
        #expect(machine.next(now: now) == .stop)
    }

    @Test("quiet, it claims nothing and passes a wake-up on, but hands finishes in; at work again it looks")
    func quiet() {
        var machine = DispatchMachine(concurrency: 2, batch: 100)
        _ = machine.next(now: now)
        machine.claimed(1, asked: 2, nextDue: .seconds(3), now: now)
        machine.setQuiet(true)
        machine.wakeEnded(.woken, now: now, pause: .zero)
        #expect(machine.next(now: now) == .passOn)
        machine.runEnded()
        #expect(machine.next(now: now) == .exchange(finish: 1, claim: 0))
        machine.freed(1)
        #expect(machine.next(now: now) == .wait(listening: false, until: nil))
        machine.setQuiet(false)
        #expect(machine.next(now: now) == .exchange(finish: 0, claim: 2))
    }

    @Test("told to do more at once it claims more, told to do less it waits until enough have ended")
    func concurrency() {
        var machine = DispatchMachine(concurrency: 2, batch: 100)
        _ = machine.next(now: now)
        machine.claimed(2, asked: 2, nextDue: nil, now: now)
        machine.setConcurrency(5)
        #expect(machine.next(now: now) == .exchange(finish: 0, claim: 3))
        machine.claimed(3, asked: 3, nextDue: nil, now: now)
        machine.setConcurrency(1)
        for _ in 0..<4 { machine.runEnded() }
        #expect(machine.next(now: now) == .exchange(finish: 4, claim: 0))
        machine.freed(4)
        machine.runEnded()
        #expect(machine.next(now: now) == .exchange(finish: 1, claim: 1))
    }
}
