package import MailModel
import Threading

/// Which of some messages is the one that a forwarded block shows: one by the same sender, sent in the same minute,
/// under the same subject (product.md §3).
package enum BlockMatch<ID: Hashable & Sendable>: Sendable, Hashable {
    case one(ID)
    case none
    /// Several, and nothing tells which.
    case ambiguous

    /// A message that may be it.
    package struct Candidate: Sendable, Hashable {
        package var id: ID
        /// Copies of one message, in several folders, are one.
        package var messageID: HeaderMessageID?
        /// Of From and Sender, normalised.
        package var from: Set<String>
        /// As From shows them.
        package var fromNames: Set<String>
        /// By its Date header.
        package var sentAt: EpochSeconds
        /// Decoded.
        package var subject: String

        package init(
            id: ID, messageID: HeaderMessageID? = nil, from: Set<String>, fromNames: Set<String> = [],
            sentAt: EpochSeconds, subject: String
        ) {
            self.id = id
            self.messageID = messageID
            self.from = from
            self.fromNames = fromNames
            self.sentAt = sentAt
            self.subject = subject
        }
    }

    /// - Parameters:
    ///   - likelyOffset: minutes east of UTC of who forwarded, by the Date of the forward or the user's time zone. A
    ///     block without a zone shows that clock, as a rule: it decides between several, and excludes none.
    package static func choose(
        _ block: ForwardedBlock, among candidates: [Candidate], likelyOffset: Int? = nil
    ) -> BlockMatch {
        let base = BaseSubject.parse(block.subject).base
        let name = block.senderName.map(FoldedText.fold)
        var matching: [(candidate: Candidate, offsets: Set<Int>)] = []
        var copies: Set<HeaderMessageID> = []
        for candidate in candidates {
            let isSender =
                block.senderAddress.map(candidate.from.contains)
                ?? candidate.fromNames.contains { FoldedText.fold($0) == name }
            guard isSender else { continue }
            let offsets = Set(block.sentAt.compactMap { $0.offset(matching: candidate.sentAt) })
            guard !offsets.isEmpty, BaseSubject.parse(candidate.subject).base == base else { continue }
            if let id = candidate.messageID, !copies.insert(id).inserted { continue }
            matching.append((candidate, offsets))
        }
        if matching.count > 1, let likelyOffset {
            let likely = matching.filter { $0.offsets.contains(likelyOffset) }
            if !likely.isEmpty { matching = likely }
        }
        if matching.count > 1 { return .ambiguous }
        return matching.first.map { .one($0.candidate.id) } ?? .none
    }
}
