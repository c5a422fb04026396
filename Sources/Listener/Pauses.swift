/// How long to wait after a lost connection. A server that lets in and then drops must not be asked again at once, so only a
/// connection that has lived for a while makes the next pause short again (mail-exactness 28).
struct Pauses {
    private let settings: ListenerSettings
    private var losses = 0
    private var livesSince = ContinuousClock.now

    init(_ settings: ListenerSettings) { self.settings = settings }

    /// The connection lives.
    mutating func noteLife(at now: ContinuousClock.Instant = .now) {
        if now - livesSince >= settings.goodLife { losses = 0 }
    }

    /// The connection is lost; the next one begins after this.
    mutating func next(at now: ContinuousClock.Instant = .now) -> Duration {
        if now - livesSince >= settings.goodLife { losses = 0 }
        defer {
            losses += 1
            livesSince = now
        }
        return min(settings.longestPause, settings.firstPause * (1 << min(losses, 10)))
    }
}
