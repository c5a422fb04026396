package import IMAP
import Synchronization

/// An account's signed-in connection, kept from one visit to the next by whoever has it.
package final class MailboxSession: Sendable {
    private let kept = Mutex<IMAPConnection?>(nil)

    package init() {}

    /// The connection, as long as it can be used; `nil` before the first visit, and after one that lost it.
    package var mailbox: IMAPConnection? { kept.withLock { $0 } }

    func keep(_ mailbox: IMAPConnection) { kept.withLock { $0 = mailbox } }

    /// Closes the connection, if there is one.
    package func close() async { await take()?.close() }

    /// Says goodbye to the server, if there is a connection.
    package func logout() async { await take()?.logout() }

    private func take() -> IMAPConnection? {
        kept.withLock { mailbox in
            defer { mailbox = nil }
            return mailbox
        }
    }
}
