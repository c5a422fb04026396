/// Where a job is; the raw values are those of `prelude.lua`.
package enum JobState: String, Sendable, Hashable, CaseIterable {
    case ready = "r"
    case delayed = "d"
    /// Kept back by a gate.
    case parked = "p"
    case active = "a"
}
