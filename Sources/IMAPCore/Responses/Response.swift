package import MailModel

/// One reply of a server, apart from the bodies of messages.
package enum Response: Sendable, Hashable {
    /// An untagged status, the greeting among them.
    case status(StatusResponse)
    /// The end of a command.
    case tagged(tag: String, StatusResponse)
    /// `+`: the server waits for more of the command. Holds the text after it, base64 in a sign-in.
    case continuation(String)
    case capability(IMAPCapabilities)
    case enabled([String])
    case list(ListResponse)
    /// The folder's name as the server spelt it, and its status.
    case mailboxStatus(name: [UInt8], MailboxStatus)
    case search(SearchResponse)
    case thread(ThreadForest)
    case flags([Flag])
    case exists(UInt32)
    case recent(UInt32)
    case expunge(UInt32)
    /// A FETCH reply at its end; its bodies have gone by as ``ResponseEvent``s.
    case fetch(FetchResponse)
    /// Removed UIDs (RFC 7162 §3.2.10); `earlier` in the answer to a question about the past.
    case vanished(UIDSet, earlier: Bool)
    case namespace(Namespaces)
    /// What the server says about itself: at most 30 fields, names in small letters.
    case id([String: String])
    /// A reply of a kind that has no use here, by its keyword.
    case unknown(String)
    /// A line that is no reply, or one whose inside can't be read; the first 64 octets of it.
    case unreadable(String)
}
