package import MailModel

/// That a message answers or forwards another one, and all that helps to find that one.
package struct AncestorClaim: Sendable, Hashable {
    /// Raw values are those of a tracked action's kind.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case reply, forward
    }

    /// Who acted. Raw values are those of a tracked action's origin.
    package enum Origin: String, Sendable, Hashable, CaseIterable {
        /// Sent through Postrider.
        case postrider
        /// From one of the account's addresses, in any mail program.
        case user
        /// Anybody else.
        case correspondent

        /// Whether acting is consent to have the thread fetched from wherever it is.
        package var isOwn: Bool { self != .correspondent }
    }

    package enum Certainty: Sendable, Hashable {
        /// By an id: a header, an attached message or the provider names it.
        case named
        /// By what a forwarded-header block in the body says: the join is marked as a guess.
        case guessedByBlock
    }

    package var kind: Kind
    package var origin: Origin
    /// Nearest first: the parent, then what it answers in turn. One that is found is enough.
    package var wanted: [HeaderMessageID]
    /// X-GM-THRID or THREADID of the message itself: where it is a thread's, the original is in that thread.
    package var providerThread: String?
    /// Only where nothing is named.
    package var block: ForwardedBlock?

    package init(
        kind: Kind, origin: Origin, wanted: [HeaderMessageID] = [], providerThread: String? = nil,
        block: ForwardedBlock? = nil
    ) {
        self.kind = kind
        self.origin = origin
        self.wanted = wanted
        self.providerThread = providerThread
        self.block = block
    }

    package var certainty: Certainty { block == nil ? .named : .guessedByBlock }
}
