package import MailModel

/// How many jobs of a kind ended one way within a minute, and how long they took.
package struct JobMinute: Sendable, Hashable {
    /// The minute's first second.
    package var minute: EpochSeconds
    package var queue: String
    package var kind: String
    package var outcome: String
    package var count: Int
    package var totalMilliseconds: Int
    package var maxMilliseconds: Int

    package init(
        minute: EpochSeconds, queue: String, kind: String, outcome: String, count: Int, totalMilliseconds: Int,
        maxMilliseconds: Int
    ) {
        self.minute = minute
        self.queue = queue
        self.kind = kind
        self.outcome = outcome
        self.count = count
        self.totalMilliseconds = totalMilliseconds
        self.maxMilliseconds = maxMilliseconds
    }
}
