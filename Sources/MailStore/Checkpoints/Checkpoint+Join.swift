package import MailModel

extension Checkpoint {
    /// A message and its ancestor, whose threads become one. The older thread stays and the other's id redirects to it;
    /// threads that a person took apart stay so.
    package struct Join: Sendable, Hashable {
        /// How the ancestor is known.
        package enum Ancestor: Sendable, Hashable {
            /// By its Message-ID, which may not be stored yet: whoever bears it later joins.
            case header(HeaderMessageID)
            case stored(MessageID)
        }

        package let message: MessageID
        package let ancestor: Ancestor
        /// Whether it was found by its forwarded block alone, and the message says so.
        package let isGuess: Bool

        package init(message: MessageID, ancestor: Ancestor, isGuess: Bool) {
            self.message = message
            self.ancestor = ancestor
            self.isGuess = isGuess
        }
    }
}
