package import MailModel

/// Why a stored message is here, and what is true of it now.
package struct Provenance: Sendable, Hashable {
    package let message: MessageID
    package let thread: ThreadID
    /// When it was stored.
    package let seenAt: EpochSeconds
    /// INTERNALDATE of its first placement.
    package let receivedAt: EpochSeconds
    /// `nil` for what an older release stored, as for the next two.
    package let run: RunID?
    /// The run as its history tells it; `nil` also where that has had its time, or the run isn't over.
    package let history: JobRun?
    package let takenBy: TakenBy?
    /// `nil` where nothing did: it began its thread.
    package let joinedBy: JoinedBy?
    package let isInScope: Bool
    package let isTrashed: Bool
    package let deletedAt: EpochSeconds?
    package let placements: [StoredMessage.Placement]
    /// Actions that it raised, oldest first.
    package let actions: [StoredAction]
}
