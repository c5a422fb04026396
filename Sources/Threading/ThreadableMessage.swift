package import MailModel

/// All of a message that can tie it to a thread.
package struct ThreadableMessage: Sendable, Hashable {
    package var messageID: HeaderMessageID?
    package var inReplyTo: [HeaderMessageID]
    /// Oldest first, as the header has them.
    package var references: [HeaderMessageID]
    /// Ids of the messages that it forwards, as far as they are certain.
    package var forwarded: [HeaderMessageID]
    /// X-GM-THRID or THREADID.
    package var providerThreadID: String?
    /// The first 22 bytes of `Thread-Index`.
    package var threadIndexRoot: [UInt8]?
    /// Decoded; empty where there is none.
    package var subject: String
    /// INTERNALDATE.
    package var date: EpochSeconds
    /// From, To and Cc, normalised (`EmailAddress.normalised`).
    package var participants: Set<String>

    package init(
        messageID: HeaderMessageID? = nil, inReplyTo: [HeaderMessageID] = [], references: [HeaderMessageID] = [],
        forwarded: [HeaderMessageID] = [], providerThreadID: String? = nil, threadIndexRoot: [UInt8]? = nil,
        subject: String = "", date: EpochSeconds, participants: Set<String> = []
    ) {
        self.messageID = messageID
        self.inReplyTo = inReplyTo
        self.references = references
        self.forwarded = forwarded
        self.providerThreadID = providerThreadID
        self.threadIndexRoot = threadIndexRoot
        self.subject = subject
        self.date = date
        self.participants = participants
    }

    /// Its keys, own and linked, each once and bounded (``LinkKeys``). A store looks all of a batch's keys up before
    /// it asks for an assignment.
    package var linkKeys: [LinkKey] {
        LinkKeys.gather(
            messageID: messageID, inReplyTo: inReplyTo, references: references, forwarded: forwarded,
            providerThreadID: providerThreadID, threadIndexRoot: threadIndexRoot)
    }

    /// Whether the message itself bears this key, rather than naming another's.
    func bears(_ key: LinkKey) -> Bool {
        switch key {
        case .messageID(let id): id == messageID
        case .providerThread, .threadIndexRoot: true
        }
    }

    /// Whether no header and no provider says what it answers.
    package var namesNoAncestor: Bool {
        inReplyTo.isEmpty && references.isEmpty && forwarded.isEmpty && providerThreadID == nil
    }
}
