package import MailModel
import Threading

/// What a new message says of a message that it replies to or forwards. Where that one isn't stored, the checkpoint
/// that stores the new message raises a tracked action for it (product.md §3).
package struct TrackedClaim: Sendable, Hashable {
    package var kind: ActionKind
    package var origin: ActionOrigin
    /// The ids that it names, nearest ancestor first; the first decides whether anything is missing.
    package var wanted: [HeaderMessageID]
    /// X-GM-THRID or THREADID; where nothing is wanted by id, a message stored of the same is ancestor enough.
    package var providerThread: String?
    /// All that carrying the action out needs: the text of a JSON object. PostgreSQL refuses the whole checkpoint for
    /// what is no JSON, or holds the escape `\u0000`.
    package var wish: String

    package init(
        kind: ActionKind, origin: ActionOrigin, wanted: [HeaderMessageID], providerThread: String? = nil,
        wish: String = "{}"
    ) {
        self.kind = kind
        self.origin = origin
        self.wanted = wanted
        self.providerThread = providerThread
        self.wish = wish
    }
}

extension TrackedClaim {
    /// The link whose being stored says that nothing is missing: the nearest ancestor's id, else the provider's thread.
    /// `nil` where only the action's own search can tell.
    var decisiveLink: LinkKey? {
        if let nearest = wanted.first { return .messageID(nearest) }
        return providerThread.flatMap { $0.isEmpty ? nil : .providerThread($0) }
    }
}
