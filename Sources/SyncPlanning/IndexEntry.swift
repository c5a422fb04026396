package import MailModel
package import Threading

/// What is known of one message on the server before it is fetched.
package struct IndexEntry: Sendable, Hashable {
    package var folder: FolderID
    package var uid: UID
    package var internalDate: EpochSeconds
    /// RFC822.SIZE in octets: good for estimates, wrong on some servers (mail-exactness 19).
    package var size: Int
    package var messageID: HeaderMessageID?
    package var inReplyTo: [HeaderMessageID]
    package var references: [HeaderMessageID]
    /// X-GM-THRID or THREADID.
    package var providerThreadID: String?
    /// X-GM-MSGID or EMAILID: placements with the same one are the same message.
    package var providerMessageID: String?
    /// The first 22 bytes of `Thread-Index`.
    package var threadIndexRoot: [UInt8]?

    package init(
        folder: FolderID, uid: UID, internalDate: EpochSeconds, size: Int, messageID: HeaderMessageID? = nil,
        inReplyTo: [HeaderMessageID] = [], references: [HeaderMessageID] = [], providerThreadID: String? = nil,
        providerMessageID: String? = nil, threadIndexRoot: [UInt8]? = nil
    ) {
        self.folder = folder
        self.uid = uid
        self.internalDate = internalDate
        self.size = size
        self.messageID = messageID
        self.inReplyTo = inReplyTo
        self.references = references
        self.providerThreadID = providerThreadID
        self.providerMessageID = providerMessageID
        self.threadIndexRoot = threadIndexRoot
    }

    /// Its link keys, as the same message will have them once it is stored.
    package var linkKeys: [LinkKey] {
        LinkKeys.gather(
            messageID: messageID, inReplyTo: inReplyTo, references: references,
            providerThreadID: providerThreadID, threadIndexRoot: threadIndexRoot)
    }
}
