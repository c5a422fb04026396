/// What a provider itself calls a message and its thread, where it says: X-GM-MSGID and X-GM-THRID, or OBJECTID's
/// EMAILID and THREADID (RFC 8474). Stable across folders and UIDVALIDITY.
package struct ProviderIdentity: Hashable, Sendable {
    package let messageID: String?
    package let threadID: String?

    package init(messageID: String?, threadID: String?) {
        self.messageID = messageID
        self.threadID = threadID
    }

    package static let none = ProviderIdentity(messageID: nil, threadID: nil)
}
