/// What keeps an account from being live: a stable code for programs and a sentence for people.
package struct AccountProblem: Sendable, Hashable {
    package let code: String
    package let text: String

    /// Servers say what they like; what PostgreSQL's text can't hold is replaced.
    package init(code: String, text: String) {
        self.code = code.replacing("\0", with: "\u{FFFD}")
        self.text = text.replacing("\0", with: "\u{FFFD}")
    }
}
