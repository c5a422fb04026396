package import MailModel

/// Which of the messages that a search returned are truly meant: IMAP's `SEARCH HEADER` finds substrings (RFC 9051
/// §6.4.4), some servers find words, and `<a@x>` is in `<aa@x>` and in whatever quotes it.
package enum AncestorVerifier {
    /// A message that was found, with its header fields fetched.
    package struct Found<Place: Sendable>: Sendable {
        package var place: Place
        package var messageID: HeaderMessageID?
        package var inReplyTo: [HeaderMessageID]
        package var references: [HeaderMessageID]

        package init(
            place: Place, messageID: HeaderMessageID?, inReplyTo: [HeaderMessageID] = [],
            references: [HeaderMessageID] = []
        ) {
            self.place = place
            self.messageID = messageID
            self.inReplyTo = inReplyTo
            self.references = references
        }
    }

    /// What to search for: the id without its angle brackets, between which some programs put white space.
    package static func needle(for id: HeaderMessageID) -> String { id.rawValue }

    /// The messages that bear an id: several where copies lie in several folders, or where a program used it twice.
    package static func bearers<Place>(of id: HeaderMessageID, among found: [Found<Place>]) -> [Found<Place>] {
        found.filter { $0.messageID == id }
    }

    /// The messages that answer one, or name it as something that they answer in turn.
    package static func descendants<Place>(of id: HeaderMessageID, among found: [Found<Place>]) -> [Found<Place>] {
        found.filter { $0.inReplyTo.contains(id) || $0.references.contains(id) }
    }

    /// The nearest wanted id that some message bears, and these messages.
    package static func nearest<Place>(
        of wanted: [HeaderMessageID], among found: [Found<Place>]
    ) -> (id: HeaderMessageID, bearers: [Found<Place>])? {
        for id in wanted {
            let bearers = bearers(of: id, among: found)
            if !bearers.isEmpty { return (id, bearers) }
        }
        return nil
    }
}
