import IMAP
import IMAPCore
import MIME
import MailModel

extension FetchItem {
    /// The header field that names a message.
    static let messageID = FetchItem.body(.headerFields(["MESSAGE-ID"]))
}

extension FetchedAttributes {
    /// What its header says that ties it to others; `nil` where no header came.
    var fields: HeaderFields? {
        header.map { bytes in bytes.withUnsafeBytes { HeaderFieldsReader().read($0) } }
    }
}

extension FetchedAttributes {
    /// Whether it bears this very id: HEADER finds substrings.
    func names(_ id: HeaderMessageID) -> Bool { fields?.messageID == id }
}
