import Testing

@testable import Redis

@Suite struct ReconnectMachineTests {
    @Test("it connects when somebody needs it, and after a loss only if somebody still does")
    func onDemand() {
        var machine = ReconnectMachine(baseSeconds: 1, capSeconds: 8)
        #expect(machine.demand() == .connect)
        #expect(machine.demand() == .none)
        #expect(machine.opened() == .flush)
        #expect(machine.demand() == .flush)
        #expect(machine.lost(random: 0) == .waitBeforeRetry(seconds: 0.5))
        #expect(machine.demand() == .none)
        #expect(machine.elapsed(hasDemand: false) == .none)
        #expect(machine.state == .idle)
        #expect(machine.demand() == .connect)
    }

    @Test("pauses double up to the cap, and start anew once a server let us in")
    func backoff() {
        var machine = ReconnectMachine(baseSeconds: 1, capSeconds: 5)
        _ = machine.demand()
        let pauses = (0..<5).map { _ in
            let action = machine.lost(random: 0.5)
            #expect(machine.elapsed(hasDemand: true) == .connect)
            return action
        }
        #expect(pauses == [0.75, 1.5, 3, 3.75, 3.75].map { .waitBeforeRetry(seconds: $0) })
        #expect(machine.opened() == .flush)
        #expect(machine.lost(random: 0.5) == .waitBeforeRetry(seconds: 0.75))
    }

    @Test("once closed it stays closed")
    func closing() {
        var machine = ReconnectMachine(baseSeconds: 1, capSeconds: 5)
        _ = machine.demand()
        #expect(machine.close() == .shutDown)
        #expect(machine.close() == .none)
        #expect(machine.demand() == .shutDown)
        #expect(machine.opened() == .shutDown)
        #expect(machine.elapsed(hasDemand: true) == .none)
        #expect(machine.lost(random: 0) == .none)
    }
}
