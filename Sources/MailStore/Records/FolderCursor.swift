package import MailModel

/// How far a folder is proven: what the server said *before* the visit that was carried through.
package struct FolderCursor: Sendable, Hashable {
    package var uidValidity: UIDValidity
    /// `nil` where the server doesn't tell.
    package var uidNext: UID?
    package var exists: Int
    package var highestModSequence: ModSequence?
    /// Every UID up to here is placed or skipped with a reason; `nil` while nothing is proven.
    package var proven: UID?

    package init(
        uidValidity: UIDValidity, uidNext: UID?, exists: Int, highestModSequence: ModSequence?, proven: UID?
    ) {
        self.uidValidity = uidValidity
        self.uidNext = uidNext
        self.exists = exists
        self.highestModSequence = highestModSequence
        self.proven = proven
    }
}
