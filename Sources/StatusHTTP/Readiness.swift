/// Whether a part of the process can do its work now.
package enum Readiness: Sendable, Hashable {
    case ready
    /// - Parameter reason: for an operator; no secrets, no addresses of users.
    case notReady(reason: String)

    /// Ready means that it worked recently, not that it is connected.
    ///
    /// - Parameters:
    ///   - last: the last success; `nil` where there was none yet.
    ///   - limit: how long ago it may be.
    package init(
        last: ContinuousClock.Instant?, within limit: Duration, now: ContinuousClock.Instant = .now
    ) {
        guard let last else {
            self = .notReady(reason: "no success yet")
            return
        }
        let age = last.duration(to: now)
        self =
            age <= limit
            ? .ready
            : .notReady(
                reason: "the last success was \(age.components.seconds) s ago, beyond \(limit.components.seconds) s")
    }
}
