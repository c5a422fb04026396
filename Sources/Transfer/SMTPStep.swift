/// Where in an SMTP session something happened.
package enum SMTPStep: String, Sendable, Hashable, CaseIterable {
    /// In line for a free place in the engine.
    case waiting
    case connect
    /// The TLS handshake, whether at once or after STARTTLS.
    case tls
    case greeting
    /// EHLO and its reply.
    case hello
    case startTLS
    case signIn
}
