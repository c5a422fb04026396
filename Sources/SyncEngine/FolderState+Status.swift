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
}
