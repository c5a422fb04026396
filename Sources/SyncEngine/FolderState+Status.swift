package import IMAP
package import IMAPCore
import MailModel
package import SyncPlanning

extension FolderState {
    /// What STATUS said; `nil` where the server left out its UIDVALIDITY or its count.
    package init?(_ status: MailboxStatus) {
        guard let uidValidity = status.uidValidity, let messages = status.messages else { return nil }
        self.init(
            uidValidity: uidValidity, uidNext: status.uidNext.flatMap { UID(rawValue: $0) }, exists: Int(messages),
            highestModSequence: status.highestModSequence)
    }

    /// What EXAMINE said.
    package init(_ mailbox: SelectedMailbox) {
        self.init(
            uidValidity: mailbox.uidValidity, uidNext: mailbox.uidNext.flatMap { UID(rawValue: $0) },
            exists: Int(mailbox.exists), highestModSequence: mailbox.highestModSequence)
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
