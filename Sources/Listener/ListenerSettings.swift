/// Times and bounds of a listener.
package struct ListenerSettings: Sendable {
    /// Between two looks at what is due.
    package var pace: Duration = .milliseconds(250)
    /// Between two signs of life.
    package var renewal: Duration = .seconds(2)
    /// How long others wait for a listener that gives none; in seconds.
    package var holdSeconds = 8.0
    /// Between two looks at which accounts have push.
    package var scan: Duration = .seconds(5)
    /// How long a visit may take before a worker may take the account; in seconds.
    package var visitHoldSeconds = 120.0
    /// Visits, and with them sign-ins, that go on at once. Those that find nothing share their calls to PostgreSQL: the more
    /// there are, the less each costs.
    package var visitsAtOnce = 128
    /// How long one wait for news lasts; the connection sees to it that the server isn't kept waiting too long.
    package var patience: Duration = .seconds(3_600)
    /// Between two tries to visit an account that is being visited by a worker.
    package var busyPause: Duration = .milliseconds(200)
    /// The first pause after a lost connection, doubled with each that is lost soon after.
    package var firstPause: Duration = .seconds(1)
    package var longestPause: Duration = .seconds(300)
    /// How long a connection must have lived to count as a good one (mail-exactness 28).
    package var goodLife: Duration = .seconds(300)

    package init() {}
}
