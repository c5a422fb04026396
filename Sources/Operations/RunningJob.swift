/// A job that runs now, as it stood when it was looked at.
package struct RunningJob: Sendable, Hashable {
    package let job: JobRecord
    /// Since it was claimed.
    package let elapsed: Duration
    /// Until its lease ends without a heartbeat; below zero once it has.
    package let leaseLeft: Duration

    /// - Parameter now: by the clock of Redis, milliseconds since 1970.
    init(_ job: JobRecord, now: Int64) {
        self.job = job
        elapsed = .milliseconds(max(0, now - (job.claimedAt ?? now)))
        leaseLeft = .milliseconds((job.leaseEndsAt ?? now) - now)
    }
}
