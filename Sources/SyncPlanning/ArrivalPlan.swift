package import MailModel
package import Threading

/// What is taken of the messages that came to a watched folder after its start, and in which order (product.md §3,
/// *From T on*).
///
/// ```
/// recent, or of a stored thread      ─▶ first
/// old, of a recent arrival's thread  ─▶ afterwards
/// old                                ─▶ passed over
/// ```
///
/// An old message that came together with a recent answer to it is stored after the answer, as if it had come later:
/// the answer then raises the action that pulls what else there is of the thread, wherever that lies.
package struct ArrivalPlan: Sendable, Hashable {
    package private(set) var first = UIDSet()
    package private(set) var afterwards = UIDSet()
    /// Known and skipped as ``SkipReason/oldArrival``.
    package private(set) var passedOver = UIDSet()

    /// Both halves of what is taken.
    package var taken: UIDSet { first.union(afterwards) }

    /// - Parameters:
    ///   - arrivals: of one folder. Mail that is moved in or imported keeps an old INTERNALDATE.
    ///   - window: of that folder.
    ///   - syncedLinks: those of the arrivals' link keys that belong to a thread that is stored.
    package init(_ arrivals: [IndexEntry], window: Window, syncedLinks: Set<LinkKey>) {
        for positions in ThreadGrouping.group(arrivals.map(\.threadable)) {
            let thread = positions.map { arrivals[$0] }
            let recent = UIDSet(thread.filter { window.contains($0.internalDate) }.map(\.uid))
            let old = UIDSet(thread.map(\.uid)).subtracting(recent)
            first = first.union(recent)
            if thread.contains(where: { $0.linkKeys.contains(where: syncedLinks.contains) }) {
                first = first.union(old)
            } else if recent.isEmpty {
                passedOver = passedOver.union(old)
            } else {
                afterwards = afterwards.union(old)
            }
        }
    }
}

extension IndexEntry {
    /// What ties it to a thread; people and subjects don't matter here.
    fileprivate var threadable: ThreadableMessage {
        ThreadableMessage(
            messageID: messageID, inReplyTo: inReplyTo, references: references, providerThreadID: providerThreadID,
            threadIndexRoot: threadIndexRoot, date: internalDate)
    }
}
