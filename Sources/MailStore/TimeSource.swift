import Glibc
package import MailModel

/// Where the present moment comes from; a parameter everywhere, so that every rule is testable without waiting.
package struct TimeSource: Sendable {
    private let read: @Sendable () -> Int64

    /// - Parameter milliseconds: gives milliseconds since the epoch.
    package init(milliseconds: @escaping @Sendable () -> Int64) { read = milliseconds }

    /// The machine's own clock.
    package static let system = TimeSource {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Milliseconds since the epoch.
    package var milliseconds: Int64 { read() }

    /// The present moment, cut to the second.
    package var now: EpochSeconds { EpochSeconds(read() / 1000) }
}
