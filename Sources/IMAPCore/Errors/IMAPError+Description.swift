extension IMAPError: CustomStringConvertible {
    /// In words that a user can act on, and without any of the credentials.
    package var description: String {
        switch self {
        case .unreachable(.refused): "the mail server refused the connection"
        case .unreachable(.timedOut): "the mail server did not answer in time"
        case .unreachable(.other(let reason)): "the mail server can't be reached: \(reason)"
        case .insecure(let fault): fault.description
        case .signInRefused(.credentials(let text)): "the mail server refused the sign-in\(Self.quoted(text))"
        case .signInRefused(.webSignIn): "the mail provider wants a sign-in in the browser first"
        case .signInRefused(.noCommonMechanism): "the mail server offers no way to sign in that can be used here"
        case .signInRefused(.serverUnproven): "the mail server could not show that it knows the password"
        case .throttled(let throttle): throttle.description
        case .refused(let refusal):
            "the mail server refused \(refusal.command)\(Self.quoted(refusal.text))"
        case .goodbye(let text): "the mail server ended the session\(Self.quoted(text))"
        case .protocolViolation(let what): "the mail server broke the protocol: \(what)"
        case .connectionLost(let insideReply, _):
            insideReply ? "the connection broke in the middle of a reply" : "the connection to the mail server broke"
        case .deadline(let command): "the mail server did not answer \(command) in time"
        case .stalled: "the mail server stopped sending in the middle of a fetch"
        case .bound(let bound, _): bound.description
        case .injection(let place): "a line break or NUL in \(place)"
        case .busy: "another command is under way on this connection"
        case .unusable(let why): "the connection can't be used: \(why)"
        case .spool(let reason): "a large message can't be spooled: \(reason)"
        case .cancelled: "cancelled"
        }
    }

    private static func quoted(_ text: String) -> String { text.isEmpty ? "" : ": \(text)" }
}

extension IMAPError.TLSFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .untrustedCertificate:
            "the mail server's certificate is expired or from an authority that is not trusted"
        case .wrongName: "the mail server's certificate is for another name"
        case .notTLS: "this port of the mail server does not speak TLS"
        case .startTLSRefused: "the mail server refused STARTTLS"
        case .preauthenticatedBeforeTLS: "the mail server was signed in before TLS, which is not safe"
        case .bytesBeforeTLS: "the mail server sent data before TLS was up, which is not safe"
        case .trustRoots(let reason): "the trusted certificates can't be read: \(reason)"
        case .handshake(let reason): "no TLS session came up: \(reason)"
        }
    }
}

extension IMAPError.Throttle: CustomStringConvertible {
    package var description: String {
        let what =
            switch reason {
            case .tooManyConnections: "the mail server counts too many connections"
            case .quota: "the mail server's limit of use is reached"
            case .inUse: "the mailbox is in use elsewhere"
            case .unavailable: "the mailbox is unavailable for now"
            }
        return text.isEmpty ? what : "\(what): \(text)"
    }
}

extension IMAPError.Bound: CustomStringConvertible {
    package var description: String {
        switch self {
        case .line(let limit): "the mail server sent a line of over \(limit) octets"
        case .literal(let size): "the mail server announced \(size) octets, which is too much"
        case .replies(let limit): "the mail server sent over \(limit) replies to one command"
        }
    }
}
