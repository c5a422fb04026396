import Failure

extension IMAPError: CodedFailure {
    /// The code under which an account's row and the API show it.
    package var code: String {
        switch self {
        case .unreachable(.refused): "imap_connection_refused"
        case .unreachable(.timedOut): "imap_timed_out"
        case .unreachable(.other): "imap_unreachable"
        case .insecure(.untrustedCertificate), .insecure(.wrongName): "imap_certificate_invalid"
        case .insecure(.startTLSRefused): "imap_starttls_not_offered"
        case .insecure: "imap_tls_failed"
        case .signInRefused(.noCommonMechanism): "imap_sign_in_not_offered"
        case .signInRefused: "sign_in_refused"
        case .throttled: "throttled"
        case .refused: "imap_refused"
        case .goodbye, .connectionLost: "imap_connection_lost"
        case .deadline, .stalled: "imap_timed_out"
        case .protocolViolation: "imap_protocol_error"
        case .bound: "imap_reply_too_large"
        case .injection: "invalid_text"
        case .busy, .unusable: "imap_connection_unusable"
        case .spool: "spool_failed"
        case .cancelled: "cancelled"
        }
    }
}
