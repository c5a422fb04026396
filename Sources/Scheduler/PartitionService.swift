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
        await Pace(interval: interval, duty: "making the coming months' partitions", log: log).repeat {
            let made = try await self.store.ensurePartitions(monthsAhead: 3)
            if made > 0 { self.log.info("made partitions", metadata: ["count": "\(made)"]) }
            return false
        }
    }
}
