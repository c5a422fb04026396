import ServiceLifecycle
import StatusHTTP
import Synchronization

/// Knows that the process was asked to stop. It stands last among the services, so that it hears of it first: a process
/// that drains is not ready, and its listener goes on to say so until the work is over.
final class DrainMark: Service {
    private let isDraining = Atomic(false)

    var readiness: Readiness {
        isDraining.load(ordering: .relaxed) ? .notReady(reason: "asked to stop") : .ready
    }

    func run() async throws {
        try await gracefulShutdown()
        isDraining.store(true, ordering: .relaxed)
    }
}
