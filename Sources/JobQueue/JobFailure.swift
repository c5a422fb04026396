/// Why a run failed: for operators, and for the dead letters.
package struct JobFailure: Sendable, Hashable, Codable {
    /// Stable, of lower-case words with underscores: what failures are grouped by.
    package var code: String
    /// A sentence without secrets or addresses.
    package var text: String

    package init(code: String, text: String) {
        self.code = code
        self.text = text
    }
}

extension JobFailure: CustomStringConvertible {
    package var description: String { "\(code): \(text)" }
}
