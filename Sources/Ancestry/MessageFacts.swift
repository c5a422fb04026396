// Ancestry: which earlier message a new one answers or forwards, when that one isn't stored (product.md §3, *Old mail*).
//
//     MessageFacts ──▶ AncestorClaim ─┬─ names it: Message-IDs, provider's thread ─▶ SearchScope ─▶ AncestorVerifier
//                                     └─ shows it: ForwardedBlock ────────────────▶ SearchScope ─▶ BlockMatch
//
// Rules only: values in, values out. What is searched is searched by the engine.
package import MailModel

/// What of one message says whether it answers or forwards another, and which.
package struct MessageFacts: Sendable, Hashable {
    package var messageID: HeaderMessageID?
    package var inReplyTo: [HeaderMessageID]
    /// Oldest first, as the header has them.
    package var references: [HeaderMessageID]
    /// Of `X-Forwarded-Message-Id`.
    package var forwardedIDs: [HeaderMessageID]
    /// The Message-IDs of its attached messages (message/rfc822).
    package var attachedIDs: [HeaderMessageID]
    /// X-GM-THRID or THREADID.
    package var providerThreadID: String?
    /// Decoded; empty where there is none.
    package var subject: String
    /// The text of its body, or what its HTML shows, with a line break where a block, a row or a cell ends; only the
    /// first ``ForwardedBlock/inputLimit`` bytes are looked at.
    package var text: String
    /// Of From and Sender, normalised (`EmailAddress.normalised`).
    package var from: Set<String>
    /// The account's own, normalised.
    package var ownAddresses: Set<String>
    /// Whether a program made it: nobody forwarded anything by it.
    package var isAutoSubmitted: Bool
    /// Whether it was sent through Postrider.
    package var isSentByPostrider: Bool

    package init(
        messageID: HeaderMessageID? = nil, inReplyTo: [HeaderMessageID] = [], references: [HeaderMessageID] = [],
        forwardedIDs: [HeaderMessageID] = [], attachedIDs: [HeaderMessageID] = [], providerThreadID: String? = nil,
        subject: String = "", text: String = "", from: Set<String> = [], ownAddresses: Set<String> = [],
        isAutoSubmitted: Bool = false, isSentByPostrider: Bool = false
    ) {
        self.messageID = messageID
        self.inReplyTo = inReplyTo
        self.references = references
        self.forwardedIDs = forwardedIDs
        self.attachedIDs = attachedIDs
        self.providerThreadID = providerThreadID
        self.subject = subject
        self.text = text
        self.from = from
        self.ownAddresses = ownAddresses
        self.isAutoSubmitted = isAutoSubmitted
        self.isSentByPostrider = isSentByPostrider
    }

    /// Who acted by it.
    package var origin: AncestorClaim.Origin {
        if isSentByPostrider { return .postrider }
        return from.isDisjoint(with: ownAddresses) ? .correspondent : .user
    }
}
