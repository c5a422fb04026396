package import MailModel

/// A listener that lives: its name is held.
package struct LiveListener: Sendable, Hashable {
    /// The process's own, different from every other's.
    package let name: String
    package let host: String
    package let startedAt: EpochSeconds
}
