package import JobQueue
import ServiceLifecycle

/// Returns jobs whose worker is gone to the queue, for as long as the role runs.
package struct ReapingService: Service {
    private let reaper: Reaper

    package init(_ reaper: Reaper) { self.reaper = reaper }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await reaper.run() }
    }
}
