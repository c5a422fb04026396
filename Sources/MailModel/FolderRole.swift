/// What a folder is for, by SPECIAL-USE (RFC 6154), or by its name where the server doesn't say.
package enum FolderRole: String, Sendable, Hashable, Codable, CaseIterable {
    case inbox, sent, drafts, trash, junk, archive, all

    /// Trash, Spam and Drafts are pulled only when chosen by name.
    package var isPulledByDefault: Bool {
        switch self {
        case .inbox, .sent, .archive, .all: true
        case .drafts, .trash, .junk: false
        }
    }
}
