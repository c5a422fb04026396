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
}
