package import MailModel

/// A stored message whose thread another one may belong to, judging by the subject.
package struct SubjectCandidate: Sendable, Hashable {
    package let thread: ThreadID
    /// INTERNALDATE of the message.
    package let date: EpochSeconds
    /// From, To and Cc, normalised.
    package let participants: Set<String>
    /// Whether it is a reply by its subject that names no ancestor and has not been joined by a guess: then a message
    /// that comes later may prove to be what it answers.
    package let awaitsOriginal: Bool

    package init(thread: ThreadID, date: EpochSeconds, participants: Set<String>, awaitsOriginal: Bool = false) {
        self.thread = thread
        self.date = date
        self.participants = participants
        self.awaitsOriginal = awaitsOriginal
    }
}
