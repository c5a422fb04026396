/// How much of one message is read; past a bound the message is kept, marked, and the rest of it parsed as far as
/// the bound lets it.
package struct ParseLimits: Sendable, Hashable {
    /// Multiparts within multiparts; deeper ones are not entered.
    package var depth = 50
    /// Leaves that are looked at, bodies and attachments together.
    package var parts = 1_000
    /// Header fields that are read at the top of the message.
    package var headerCount = 10_000
    /// Bytes of header at the top of the message, and of any one part.
    package var headerBytes = 1 << 20
    /// Bytes of decoded text, and again of decoded HTML, that ``ParsedMessage`` holds.
    package var textBytes = 4 << 20
    /// Characters of the snippet.
    package var snippetCharacters = 200

    package init() {}

    package static let `default` = ParseLimits()
}
