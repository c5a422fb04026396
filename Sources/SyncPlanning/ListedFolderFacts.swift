package import MailModel

/// What LIST and STATUS say of one folder, as far as it helps to know it again under another name.
package struct ListedFolderFacts: Sendable, Hashable {
    package var path: FolderPath
    /// MAILBOXID (RFC 8474 §4), where offered.
    package var mailboxID: String?
    /// `nil` where STATUS was refused, or not asked.
    package var state: FolderState?

    package init(path: FolderPath, mailboxID: String? = nil, state: FolderState? = nil) {
        self.path = path
        self.mailboxID = mailboxID
        self.state = state
    }
}
