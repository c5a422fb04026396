/// What a tick does while the run of an earlier one is unfinished. The raw values are those of the API and the database.
package enum OverlapPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// The tick is skipped.
    case skip
    /// One tick waits for the run to end; further ones are skipped.
    case queueOne = "queue-one"
    /// The tick's run starts beside the other. For a target that is one resource, such as an account, it acts as
    /// `queueOne`.
    case allow
}
