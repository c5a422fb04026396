package import MailModel

extension Checkpoint {
    /// An ancestor that was sought on the server and not found.
    package struct Miss: Sendable, Hashable {
        package let id: HeaderMessageID
        /// Whether all folders were searched that ever are, or only those for a correspondent's ancestor.
        package let everywhere: Bool

        package init(id: HeaderMessageID, everywhere: Bool) {
            self.id = id
            self.everywhere = everywhere
        }
    }
}
