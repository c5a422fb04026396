package import MailModel

/// Gathers a message's link keys. Planning and assigning both take theirs from here, so that what was found to be one
/// thread before it was fetched is one thread when it is stored.
package enum LinkKeys {
    /// The keys of one message, each once, bounded by ``LinkBounds``: its own id first, then from the nearest ancestor
    /// to the farthest (`In-Reply-To`, `References` from the last to the first), forwarded ids, and what only joins.
    ///
    /// The order matters where joins are refused: the message then stays with the nearest.
    package static func gather(
        messageID: HeaderMessageID?, inReplyTo: [HeaderMessageID], references: [HeaderMessageID],
        forwarded: [HeaderMessageID] = [], providerThreadID: String?, threadIndexRoot: [UInt8]?
    ) -> [LinkKey] {
        var keys = Ordered(capacity: references.count + inReplyTo.count + 3)
        if let messageID { keys.append(.messageID(messageID)) }
        for id in inReplyTo.prefix(LinkBounds.inReplyTo) { keys.append(.messageID(id)) }
        if references.count <= LinkBounds.references {
            for id in references.reversed() { keys.append(.messageID(id)) }
        } else {
            let half = LinkBounds.references / 2
            for id in references.suffix(half).reversed() { keys.append(.messageID(id)) }
            for id in references.prefix(LinkBounds.references - half).reversed() { keys.append(.messageID(id)) }
        }
        for id in forwarded.prefix(LinkBounds.forwarded) { keys.append(.messageID(id)) }
        if let providerThreadID, !providerThreadID.isEmpty { keys.append(.providerThread(providerThreadID)) }
        if let threadIndexRoot, !threadIndexRoot.isEmpty { keys.append(.threadIndexRoot(threadIndexRoot)) }
        return keys.elements
    }

    /// Keys in order of coming, each once. Nearly every message has a handful, for which looking through them beats
    /// hashing.
    private struct Ordered {
        private(set) var elements: [LinkKey] = []
        private var seen: Set<LinkKey> = []

        init(capacity: Int) { elements.reserveCapacity(min(capacity, 128)) }

        mutating func append(_ key: LinkKey) {
            if elements.count < 8 {
                if !elements.contains(key) { elements.append(key) }
                return
            }
            if seen.isEmpty { seen = Set(elements) }
            if seen.insert(key).inserted { elements.append(key) }
        }
    }
}
