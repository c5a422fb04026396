package import IMAP

/// A signed-in connection, and whether it may be kept when the visit that it was opened for has ended.
package struct OpenedMailbox: Sendable {
    package let mailbox: IMAPConnection
    /// Otherwise somebody else waits for it.
    package let mayStay: Bool

    package init(_ mailbox: IMAPConnection, mayStay: Bool) {
        self.mailbox = mailbox
        self.mayStay = mayStay
    }
}
