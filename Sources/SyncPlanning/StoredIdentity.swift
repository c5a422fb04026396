package import MailModel

/// What is stored of one placement that may tell its message again once its UID means nothing any more.
package struct StoredIdentity: Sendable, Hashable {
    package var message: MessageID
    /// Under the generation that is given up.
    package var uid: UID
    package var internalDate: EpochSeconds
    /// Octets of the raw message.
    package var size: Int
    package var headerMessageID: HeaderMessageID?
    /// X-GM-MSGID or EMAILID.
    package var providerMessageID: String?

    package init(
        message: MessageID, uid: UID, internalDate: EpochSeconds, size: Int, headerMessageID: HeaderMessageID? = nil,
        providerMessageID: String? = nil
    ) {
        self.message = message
        self.uid = uid
        self.internalDate = internalDate
        self.size = size
        self.headerMessageID = headerMessageID
        self.providerMessageID = providerMessageID
    }
}
