/// What a server said of itself in its greeting and its last EHLO reply (RFC 5321 §4.1.1.1): with TLS the one under
/// it, since what was said in plain text before is forgotten.
package struct SMTPServerFacts: Sendable, Hashable {
    /// The host in the 220 greeting; empty when the server names none.
    package var greetingHost = ""
    /// EHLO keywords in upper case, each with its parameters as sent.
    package var extensions: [String: String] = [:]

    package init(greetingHost: String = "", extensions: [String: String] = [:]) {
        self.greetingHost = greetingHost
        self.extensions = extensions
    }

    /// SIZE (RFC 1870): the largest message in bytes; nil when not declared or declared as unlimited (0).
    package var maximumMessageBytes: Int? {
        extensions["SIZE"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// 8BITMIME (RFC 6152).
    package var accepts8BitMIME: Bool { extensions["8BITMIME"] != nil }

    /// PIPELINING (RFC 2920).
    package var acceptsPipelining: Bool { extensions["PIPELINING"] != nil }

    /// SMTPUTF8 (RFC 6531).
    package var acceptsUTF8Addresses: Bool { extensions["SMTPUTF8"] != nil }

    /// AUTH (RFC 4954): SASL mechanisms in upper case, in the server's order.
    package var authMechanisms: [String] {
        extensions["AUTH"].map { $0.split(separator: " ").map { $0.uppercased() } } ?? []
    }
}
