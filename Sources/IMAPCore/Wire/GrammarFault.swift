/// What the grammar wanted and did not find. It never leaves the parser: the reply, or the attribute, is given up and
/// the session goes on.
struct GrammarFault: Error {
    let expected: StaticString
}
