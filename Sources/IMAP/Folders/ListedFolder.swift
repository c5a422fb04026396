package import IMAPCore
package import MailModel

/// A folder that the server lists.
package struct ListedFolder: Sendable, Hashable {
    package let path: FolderPath
    /// The octet between the levels of its name; `nil` in a flat hierarchy.
    package let delimiter: UInt8?
    /// In small letters with their backslash: `\hasnochildren`, `\sent`.
    package let attributes: Set<String>
    /// By SPECIAL-USE, else by its name.
    package let role: FolderRole?
    /// What the server said about it in the same breath; `nil` where it was not asked or said nothing.
    package var status: MailboxStatus?

    /// Whether it can be opened. `\NonExistent` counts as `\Noselect` (mail-exactness 15).
    package var isSelectable: Bool { attributes.isDisjoint(with: ["\\noselect", "\\nonexistent"]) }

    package init(
        path: FolderPath, delimiter: UInt8?, attributes: Set<String>, role: FolderRole?, status: MailboxStatus? = nil
    ) {
        self.path = path
        self.delimiter = delimiter
        self.attributes = attributes
        self.role = role
        self.status = status
    }

    init(_ response: ListResponse) {
        self.init(
            path: response.path, delimiter: response.delimiter, attributes: response.attributes,
            role: FolderRole(path: response.path, attributes: response.attributes))
    }
}
