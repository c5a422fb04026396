package import IMAP
import Synchronization

/// An account's signed-in connection, kept from one visit to the next by whoever has it.
package final class MailboxSession: Sendable {
    private let kept = Mutex<OpenedMailbox?>(nil)
    /// Whether whoever has it would keep a connection between visits.
    let wantsToStay: Bool

    package init(wantsToStay: Bool = false) { self.wantsToStay = wantsToStay }

    /// The connection, as long as it can be used; `nil` before the first visit, and after one that lost it.
    package var mailbox: IMAPConnection? { kept.withLock { $0?.mailbox } }

    /// Whether there is a connection that may be kept until the next visit.
    package var mayStay: Bool { kept.withLock { $0?.mayStay ?? false } }

    func keep(_ opened: OpenedMailbox) { kept.withLock { $0 = opened } }

    /// Closes the connection, if there is one.
    package func close() async { await take()?.close() }

    /// Says goodbye to the server, if there is a connection.
    package func logout() async { await take()?.logout() }

    private func take() -> IMAPConnection? {
        kept.withLock { opened in
            defer { opened = nil }
            return opened?.mailbox
        }
    }
}
