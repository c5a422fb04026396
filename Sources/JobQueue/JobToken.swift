/// The right to a run of a job: the epoch in which it was claimed, then a number that no other claim of it has.
///
/// Tokens grow: a later claim's token is always greater.
package struct JobToken: Sendable, Hashable {
    /// From a PostgreSQL sequence, by way of ``JobQueue/establishEpoch(_:)``.
    package let epoch: Int64
    /// Counted by Redis within the epoch and beyond.
    package let counter: Int64

    package init(epoch: Int64, counter: Int64) {
        self.epoch = epoch
        self.counter = counter
    }

    /// - Parameter text: as ``description`` writes it.
    init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let epoch = Int64(parts[0]), let counter = Int64(parts[1]) else { return nil }
        self.init(epoch: epoch, counter: counter)
    }
}

extension JobToken: Comparable {
    package static func < (left: JobToken, right: JobToken) -> Bool {
        (left.epoch, left.counter) < (right.epoch, right.counter)
    }
}

extension JobToken: CustomStringConvertible {
    /// `epoch:counter`, as Redis holds it.
    package var description: String { "\(epoch):\(counter)" }
}
