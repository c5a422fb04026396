package import MailModel

/// What a server says of a folder in STATUS or SELECT.
package struct FolderState: Sendable, Hashable {
    package var uidValidity: UIDValidity
    /// `nil` where the server doesn't say (mail-exactness 4).
    package var uidNext: UID?
    /// How many messages there are.
    package var exists: Int
    /// `nil` without CONDSTORE, and for values that are no mod-sequence (−1 from Zoho, mail-exactness 7).
    package var highestModSequence: ModSequence?

    package init(uidValidity: UIDValidity, uidNext: UID?, exists: Int, highestModSequence: ModSequence? = nil) {
        self.uidValidity = uidValidity
        self.uidNext = uidNext
        self.exists = exists
        self.highestModSequence = highestModSequence
    }

    /// Whether nothing has come, gone or changed between the two, as far as both tell.
    package func equals(_ other: FolderState) -> Bool {
        !mayHaveGained(since: other) && exists == other.exists
            && (highestModSequence == nil || other.highestModSequence == nil
                || highestModSequence == other.highestModSequence)
    }

    /// Whether something may have come since an earlier look.
    package func mayHaveGained(since other: FolderState) -> Bool {
        guard uidValidity == other.uidValidity else { return true }
        guard let next = uidNext, let before = other.uidNext else { return exists != other.exists }
        return next != before
    }
}
