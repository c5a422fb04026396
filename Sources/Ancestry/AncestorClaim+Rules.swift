import MailModel
import Threading

extension AncestorClaim {
    /// What a message claims: that it answers or forwards another; `nil` for one that begins a conversation.
    ///
    /// Where it does both at once (a reply that has another message attached), it is the reply; ``all(of:)`` has both.
    package static func of(_ facts: MessageFacts) -> AncestorClaim? { all(of: facts).first }

    /// All that a message claims, at most one claim of each kind, a reply first.
    ///
    /// - The parent is In-Reply-To, then References from the last to the first; whether it was answered or forwarded,
    ///   the subject's prefix says, and without one X-Forwarded-Message-Id or a forward's mark in the body.
    /// - X-Forwarded-Message-Id names what is forwarded, whoever sent it.
    /// - An attached message and a header block in the body count only from the account's user: others attach and
    ///   paste what the account never had. A program's mail doesn't count: bounces attach what they return.
    /// - The provider's thread alone counts only together with a prefix: every message has one.
    package static func all(of facts: MessageFacts) -> [AncestorClaim] {
        let origin = facts.origin
        let prefix = BaseSubject.parse(facts.subject).prefix
        let attached = origin.isOwn && !facts.isAutoSubmitted ? facts.attachedIDs : []
        let parents = nearestFirst(facts.inReplyTo, facts.references, of: facts)
        let forwarded = nearestFirst(facts.forwardedIDs + attached, [], of: facts)
        let thread = facts.providerThreadID

        if parents.isEmpty && forwarded.isEmpty {
            if let block = block(in: facts, prefix: prefix, origin: origin) {
                return [AncestorClaim(kind: .forward, origin: origin, providerThread: thread, block: block)]
            }
            guard let prefix, let thread else { return [] }
            return [AncestorClaim(kind: Kind(prefix), origin: origin, providerThread: thread)]
        }
        if isForward(facts, prefix: prefix, hasParent: !parents.isEmpty) {
            let wanted = forwarded + parents.filter { !forwarded.contains($0) }
            return [AncestorClaim(kind: .forward, origin: origin, wanted: wanted, providerThread: thread)]
        }
        var claims = [AncestorClaim(kind: .reply, origin: origin, wanted: parents, providerThread: thread)]
        if parents.isEmpty { claims.removeAll() }
        let others = forwarded.filter { !parents.contains($0) }
        // The provider's thread is the reply's.
        if !others.isEmpty { claims.append(AncestorClaim(kind: .forward, origin: origin, wanted: others)) }
        return claims
    }

    /// Whether what is named was forwarded rather than answered.
    private static func isForward(_ facts: MessageFacts, prefix: SubjectPrefix?, hasParent: Bool) -> Bool {
        switch prefix {
        case .forward: true
        case .reply: false
        case nil:
            !hasParent || !facts.forwardedIDs.isEmpty
                || ForwardedBlock.find(in: facts.text)?.introduction == .forwarded
        }
    }

    /// A block that counts. A reply quotes what it answers under the same block, so with a reply's prefix it doesn't.
    private static func block(in facts: MessageFacts, prefix: SubjectPrefix?, origin: Origin) -> ForwardedBlock? {
        guard origin.isOwn, !facts.isAutoSubmitted, prefix != .reply else { return nil }
        return ForwardedBlock.find(in: facts.text)
    }

    /// Ids nearest first, each once, bounded, without the message's own.
    private static func nearestFirst(
        _ near: [HeaderMessageID], _ references: [HeaderMessageID], of facts: MessageFacts
    ) -> [HeaderMessageID] {
        var seen: Set<HeaderMessageID> = []
        if let own = facts.messageID { seen.insert(own) }
        let far = references.suffix(LinkBounds.references).reversed()
        return (near.prefix(LinkBounds.inReplyTo) + far).filter { seen.insert($0).inserted }
    }
}

extension AncestorClaim.Kind {
    fileprivate init(_ prefix: SubjectPrefix) {
        switch prefix {
        case .reply: self = .reply
        case .forward: self = .forward
        }
    }
}
