/// A JSON document as text, for `jsonb` columns. The server parses it and refuses what is no JSON (SQLSTATE 22P02),
/// and the escape `\u0000` (22P05).
package struct PostgresJSON: Hashable, Sendable {
    /// What every binary `jsonb` begins with.
    static let binaryVersion: UInt8 = 1

    /// The document in UTF-8.
    package let text: String

    package init(text: String) { self.text = text }
}
