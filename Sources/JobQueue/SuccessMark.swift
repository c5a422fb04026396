internal import Synchronization

/// When something last went well.
final class SuccessMark: Sendable {
    private let instant = Mutex<ContinuousClock.Instant?>(nil)

    var last: ContinuousClock.Instant? { instant.withLock { $0 } }

    func touch() { instant.withLock { $0 = .now } }
}
