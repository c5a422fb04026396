package import IMAPCore

/// A section of a message, in memory.
package struct FetchedSection: Sendable, Hashable {
    package let section: BodySection
    /// The first octet's place in the section, of a partial fetch; else `nil`.
    package let origin: UInt64?
    package internal(set) var bytes: [UInt8]
    /// Whether the server sent more than is kept.
    package internal(set) var isCut = false
}
