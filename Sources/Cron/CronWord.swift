/// A run of characters without blanks, and where it stands in the expression.
struct CronWord {
    let characters: ArraySlice<Character>

    var start: Int { characters.startIndex }
    var end: Int { characters.endIndex }

    /// For error texts: quoted, and cut.
    var quoted: String { Self.quote(characters) }

    static func quote(_ characters: some Collection<Character>) -> String {
        characters.count > 24 ? "\"\(String(characters.prefix(24)))…\"" : "\"\(String(characters))\""
    }

    static func all(of characters: [Character]) -> [CronWord] {
        characters.indices.split { characters[$0].isWhitespace }.map { CronWord(characters: characters[$0.indices]) }
    }
}
