/// What becomes of ticks that were due while nobody looked. The raw values are those of the API and the database.
package enum CatchUpPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Missed ticks are dropped.
    case none
    /// The last one is made up for, unless a tick that is on time does the same.
    case latest
    /// All are made up for, the earliest first; of more than the bound, the latest.
    case all
}
