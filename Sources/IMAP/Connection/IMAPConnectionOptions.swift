package import IMAPCore
package import NIOCore

/// Times and bounds of one connection.
package struct IMAPConnectionOptions: Sendable {
    package enum TrustRoots: Sendable, Hashable {
        /// The system's authorities.
        case system
        /// Only those of a PEM file: a private authority.
        case file(String)
    }

    /// For TCP alone.
    package var connectTimeout: TimeAmount = .seconds(20)
    /// From a command to its answer; also for the greeting and the TLS handshake. Of commands that are under way
    /// together, each answer gives the next as much time again.
    package var commandTimeout: TimeAmount = .seconds(60)
    /// The longest silence while messages are being fetched.
    package var stallTimeout: TimeAmount = .seconds(60)
    /// How long a connection that waits for news says nothing; then it shows that it lives. Under 29 minutes by RFC 2177,
    /// under 3 for Yahoo, under 55 seconds for Rambler (mail-exactness 29).
    package var idleRenewal: TimeAmount = .minutes(10)
    /// How often to ask a server that tells nothing by itself.
    package var pollInterval: TimeAmount = .minutes(1)
    /// How long the `+` to an IDLE that is to be left is awaited before it is left without.
    package var idleConsentTimeout: TimeAmount = .seconds(5)
    /// Whether to compress after the sign-in where the server offers it: for fetches over slow lines. It costs time, some
    /// 60 KiB a connection, and against a local server it gains nothing.
    package var compresses = false
    package var trustRoots: TrustRoots = .system
    package var limits = ParserLimits()
    /// The largest message that is kept, in octets; larger ones are read past and reported as refused.
    package var maximumMessageSize: UInt64 = 150 << 20
    /// Larger messages go to an unlinked file instead of memory; in octets.
    package var spoolThreshold: Int = 1 << 20
    /// The folder for those files.
    package var spoolFolder: String = "/tmp"
    /// The most untagged replies that are kept for one request, for instance folders of a LIST.
    package var maximumReplies: Int = 200_000
    /// The octets of header fields, or of another section, that ``IMAPConnection/fetchAttributes(_:items:)`` keeps for
    /// one message; what is more is cut and marked.
    package var maximumSectionSize: Int = 1 << 20
    /// Counts the messages in memory; several connections may share one.
    package var budget: ByteBudget
    package var metrics = IMAPMetrics()

    package init(budget: ByteBudget = ByteBudget()) {
        self.budget = budget
    }
}
