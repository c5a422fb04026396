/// The `Date:` header: the instant, the sender's zone, and the text as it stood.
package struct MessageDate: Hashable, Sendable {
    /// `nil` where the text can't be read as a date.
    package let instant: EpochSeconds?
    /// The sender's offset from UTC in minutes, east positive.
    package let offsetMinutes: Int?
    /// The header's value, unfolded.
    package let raw: String

    package init(instant: EpochSeconds?, offsetMinutes: Int?, raw: String) {
        self.instant = instant
        self.offsetMinutes = offsetMinutes
        self.raw = raw
    }
}
