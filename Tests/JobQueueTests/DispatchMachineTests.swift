import Testing

@testable import JobQueue

@Suite struct DispatchMachineTests {
    private let now = ContinuousClock.now

    @Test("it claims at first, goes on while claims are full, and listens once one is not")
    func claiming() {
        var machine = DispatchMachine(concurrency: 10)
        #expect(machine.next(now: now) == .claim(max: 10))
        machine.claimed(4, asked: 4, nextDue: nil, now: now)
        #expect(machine.next(now: now) == .claim(max: 6))
        machine.claimed(1, asked: 6, nextDue: nil, now: now)
        #expect(machine.next(now: now) == .wait(listening: true, until: nil))
        machine.wakeEnded(.woken, now: now, pause: .zero)
        #expect(machine.next(now: now) == .claim(max: 5))
        machine.claimed(0, asked: 5, nextDue: nil, now: now)
        machine.wakeEnded(.silence, now: now, pause: .zero)
        #expect(machine.next(now: now) == .claim(max: 5))
    }

    @Test("full, it does not listen, and passes a wake-up on; with room again it claims")
    func full() {
        var machine = DispatchMachine(concurrency: 2)
        _ = machine.next(now: now)
        machine.claimed(2, asked: 2, nextDue: nil, now: now)
        #expect(machine.next(now: now) == .wait(listening: false, until: nil))
        machine.wakeEnded(.woken, now: now, pause: .zero)
        #expect(machine.next(now: now) == .passOn)
        #expect(machine.next(now: now) == .wait(listening: false, until: nil))
        machine.freed(1)
        #expect(machine.next(now: now) == .claim(max: 1))
    }

    @Test("it waits for the next due time and claims then")
    func due() {
        var machine = DispatchMachine(concurrency: 2)
        _ = machine.next(now: now)
        machine.claimed(0, asked: 2, nextDue: .seconds(3), now: now)
        #expect(machine.next(now: now) == .wait(listening: true, until: now + .seconds(3)))
        #expect(machine.next(now: now + .seconds(3)) == .claim(max: 2))
    }

    @Test("after a failure it pauses, twice as long each time up to the cap, and then claims")
    func failure() {
        var machine = DispatchMachine(concurrency: 2)
        var time = now
        for pause in [0.5, 1, 2, 2] {
            #expect(machine.next(now: time) == .claim(max: 2))
            machine.failed(now: time, base: .seconds(1), cap: .seconds(4), random: 0)
            #expect(machine.next(now: time) == .wait(listening: false, until: time + .seconds(pause)))
            time += .seconds(pause)
        }
        #expect(machine.next(now: time) == .claim(max: 2))
        machine.claimed(0, asked: 2, nextDue: nil, now: time)
        machine.failed(now: time, base: .seconds(1), cap: .seconds(4), random: 0)
        #expect(machine.next(now: time) == .wait(listening: false, until: time + .seconds(0.5)))
    }

    @Test("stopped, it claims no more")
    func stop() {
        var machine = DispatchMachine(concurrency: 2)
        machine.stop()
        machine.wakeEnded(.woken, now: now, pause: .zero)
        #expect(machine.next(now: now) == .stop)
    }
}
