/// How a wait for news ended. In each case the connection is ready for the next command.
package enum NewsWait: Sendable, Hashable {
    /// At least one; in no order.
    case news([FolderNews])
    /// Nothing came in the time given.
    case elapsed
    /// ``IMAPConnection/interruptWait()`` was called.
    case interrupted
}
