package import Logging
package import MailStore
import ServiceLifecycle
import Synchronization

/// Which of several schedulers does the work. It saves the others theirs and is no lock: every decision is a
/// compare-and-set in PostgreSQL, so that two leaders do no harm.
package final class Leadership: Service {
    private struct State {
        /// By our own clock, counted from before the database was asked.
        var leadsUntil: ContinuousClock.Instant?
        /// Counts the times that we became the leader.
        var term = 0
    }

    private let store: Store
    private let name: String
    private let hold: Duration
    private let log: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - name: this process's own, different from every other's.
    ///   - hold: how long others wait for a leader that is not heard of.
    package init(store: Store, name: String, hold: Duration = .seconds(5), log: Logger) {
        self.store = store
        self.name = name
        self.hold = hold
        self.log = log
    }

    /// Whether this process leads.
    package var leads: Bool { state.withLock { $0.leadsUntil.map { .now < $0 } ?? false } }

    /// The number of the term in which this process leads, or nil if it doesn't.
    var term: Int? { state.withLock { state in state.leadsUntil.flatMap { .now < $0 ? state.term : nil } } }

    package func run() async throws {
        let pace = Pace(interval: hold / 4, pauseAfterFailure: hold / 4, duty: "taking the lead", log: log)
        await pace.repeat {
            try await self.tryOnce()
            return false
        }
        // Another scheduler need not wait for the hold to end.
        do throws(StoreError) {
            try await resign()
        } catch {
            log.debug("the lead was not given up", metadata: ["reason": "\(error)"])
        }
    }

    /// Gives the lead up, here first: what is asked of the database may fail, or be too late.
    package func resign() async throws(StoreError) {
        state.withLock { $0.leadsUntil = nil }
        try await store.resignLead(name)
    }

    /// Takes or keeps the lead, if nobody else has it.
    package func tryOnce() async throws {
        let asked = ContinuousClock.now
        let seconds = Double(hold.components.seconds) + Double(hold.components.attoseconds) / 1e18
        let leads = try await store.tryLead(name, holdSeconds: seconds)
        let isNew = state.withLock { state in
            let led = state.leadsUntil.map { asked < $0 } ?? false
            state.leadsUntil = leads ? asked + hold : nil
            if leads && !led { state.term += 1 }
            return leads && !led
        }
        if isNew { log.info("leads the schedulers", metadata: ["name": "\(name)"]) }
    }
}
