package import Logging
package import MailStore
import ServiceLifecycle

/// Makes the next months' partitions before they are needed, once at the start and then twice a day.
package struct PartitionService: Service {
    private let store: Store
    private let interval: Duration
    private let log: Logger

    package init(store: Store, interval: Duration = .seconds(12 * 3_600), log: Logger) {
        self.store = store
        self.interval = interval
        self.log = log
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let made = try await store.ensurePartitions(monthsAhead: 3)
                    if made > 0 { log.info("made partitions", metadata: ["count": "\(made)"]) }
                } catch {
                    log.warning("partitions of the coming months could not be made", metadata: ["reason": "\(error)"])
                }
                // The pace of the duty; cancellation ends it at once.
                guard (try? await Task.sleep(for: interval)) != nil else { return }
            }
        }
    }
}
