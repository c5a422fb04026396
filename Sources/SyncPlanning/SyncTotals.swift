/// An amount of work, for progress and for the preview.
package struct SyncTotals: Sendable, Hashable {
    package var threads: Int
    /// Placements: a message that lies in two folders counts twice, since each is asked for.
    package var messages: Int
    /// Octets by RFC822.SIZE.
    package var bytes: Int

    package init(threads: Int = 0, messages: Int = 0, bytes: Int = 0) {
        self.threads = threads
        self.messages = messages
        self.bytes = bytes
    }
}
