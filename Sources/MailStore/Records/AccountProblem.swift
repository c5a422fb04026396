/// What keeps an account from being live: a stable code for programs and a sentence for people.
package struct AccountProblem: Sendable, Hashable {
    package let code: String
    package let text: String

    package init(code: String, text: String) {
        self.code = code
        self.text = text
    }
}
