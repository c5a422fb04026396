internal import Foundation
internal import Synchronization

// What a pool says of itself to operators, and what they tell it.
extension WorkerPool {
    /// Leads the heartbeats to their pool, which is not made yet when they are.
    final class Hooks: Sendable {
        private struct Reference {
            weak var pool: WorkerPool?
        }

        private let reference = Mutex(Reference())

        var pool: WorkerPool? { reference.withLock { $0.pool } }

        func attach(_ pool: WorkerPool) { reference.withLock { $0.pool = pool } }
    }

    /// Stops claiming, or claims again; what runs goes on.
    package func setQuiet(_ isQuiet: Bool) { report { $0.setQuiet(isQuiet) } }

    /// Whether it claims no more.
    package var isQuiet: Bool { state.withLock { $0.machine.isQuiet } }

    /// Jobs at once, as an operator may have changed it.
    package var concurrency: Int { state.withLock { $0.machine.concurrency } }

    /// Follows an order once, however often it is told: what was done here since then stands.
    func obey(_ order: WorkerOrder) {
        let isNew = state.withLock { state in
            defer { state.lastOrder = order }
            return state.lastOrder != order
        }
        guard isNew else { return }
        if let concurrency = order.concurrency, concurrency != self.concurrency {
            report { $0.setConcurrency(concurrency) }
        }
        switch order.conduct {
        case .work: if isQuiet { setQuiet(false) }
        case .quiet: if !isQuiet { setQuiet(true) }
        case .stop: stop()
        }
    }

    /// Nil for a worker without a name, which shows itself to nobody.
    func message() -> WorkerStatus.Message? {
        if settings.identity.name.isEmpty { return nil }
        return state.withLock { state in
            WorkerStatus.Message(
                identity: settings.identity, queues: settings.queues ?? queue.settings.queues,
                concurrency: state.machine.concurrency, running: state.machine.running,
                state: state.machine.isStopping ? .stopping : state.machine.isQuiet ? .quiet : .working,
                memoryBytes: Self.residentBytes)
        }
    }

    /// Shows itself before its first job.
    func introduce() async {
        if settings.identity.name.isEmpty { return }
        do throws(JobQueueError) {
            if queue.believedEpoch == nil { _ = try await queue.currentEpoch() }
            heartbeats.beat()
        } catch {
            // The first heartbeat that gets through does it.
        }
    }

    /// Is struck off the list when it has ended.
    func takeLeave() async {
        if settings.identity.name.isEmpty { return }
        do throws(JobQueueError) {
            // On the connection of the heartbeats, behind the last of them, which would enter it again.
            let last = JobQueue(client: heartbeatClient, settings: queue.settings)
            try await last.strikeOff(worker: settings.identity.name)
        } catch {
            // Its silence says so too, a little later.
        }
    }

    /// Resident memory of this process, from the kernel's second number in pages; 0 where there is none.
    private static var residentBytes: Int64 {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
