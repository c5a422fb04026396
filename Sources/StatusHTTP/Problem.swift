/// A refusal as RFC 9457 has it, application/problem+json.
struct Problem: Encodable, Sendable {
    let type = "about:blank"
    let title: String
    let status: Int
    let detail: String
}
