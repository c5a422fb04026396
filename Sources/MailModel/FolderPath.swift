/// A folder's name exactly as the server spelled it, and as people read it.
///
/// The raw bytes are the identity: servers send modified UTF-7, UTF-8, and names that are valid in neither
/// (mail-exactness 14). What is shown has `/` between levels whatever the server's delimiter is.
package struct FolderPath: Hashable, Sendable {
    /// The bytes of the LIST reply, sent back unchanged in every command.
    package let raw: [UInt8]
    /// Decoded, with `/` between the levels; a `/` inside a level's own name is shown as `\u{2215}` (division slash).
    package let display: String

    package init(raw: [UInt8], display: String) {
        self.raw = raw
        self.display = display
    }

    package static func == (left: Self, right: Self) -> Bool { left.raw == right.raw }
    package func hash(into hasher: inout Hasher) { hasher.combine(raw) }
}

extension FolderPath: CustomStringConvertible {
    package var description: String { display }
}
