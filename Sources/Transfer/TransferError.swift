package import Failure

/// Why a transfer failed: at which step, and what can be done. Holds no host, no address, no secret and no text of
/// the server's.
package enum TransferError: CodedFailure, Hashable {
    /// The request itself can't be sent.
    case invalidRequest(RequestFault)
    case connect(ConnectFault)
    case certificate(CertificateFault)
    /// The TLS handshake failed for another reason than the certificate.
    case handshake
    /// The file of ``TrustRoots/file(_:)`` can't be read as certificates.
    case trustRootsUnreadable
    /// STARTTLS is configured and the server does not offer it, or refuses it.
    case startTLSNotOffered
    /// The server offers no sign-in that suits the credential. With the mechanisms that it does offer.
    case signInNotOffered(mechanisms: [String])
    /// The server said no to the credential, for good or for now as the reply's code tells.
    case signInRefused(SMTPReply)
    /// The server turned the session away before any sign-in.
    case refused(SMTPStep, SMTPReply)
    case timedOut(SMTPStep)
    /// The connection was closed or broke.
    case connectionLost(SMTPStep)
    /// What came is not SMTP, or beyond a bound.
    case notSMTP(SMTPStep)
    /// The engine has as many requests in line as it may.
    case tooManyWaiting
    /// The engine is shut down or could not start.
    case stopped
    case cancelled
    /// libcurl reports what has no case above, by its CURLcode.
    case library(code: Int)

    package enum RequestFault: Sendable, Hashable {
        /// Not a DNS name or IP address.
        case serverName
        /// Not IPv4 or IPv6 text.
        case address
        /// A NUL, CR or LF in a user name, password or token, or an empty one.
        case credential
    }

    package enum ConnectFault: Sendable, Hashable {
        /// Nothing listens at the port.
        case refused
        /// No way to the address, or no answer from it.
        case unreachable
    }

    package enum CertificateFault: Sendable, Hashable {
        case expired
        case notYetValid
        /// Issued by no authority that is trusted, or by itself.
        case untrusted
        /// Issued for another name, or unfit for a server.
        case wrongName
    }
}

extension TransferError {
    /// The stable code that the API and the console give.
    package var code: String {
        switch self {
        case .invalidRequest: "smtp_settings_invalid"
        case .connect(.refused): "smtp_connection_refused"
        case .connect(.unreachable): "smtp_unreachable"
        case .certificate: "smtp_certificate_invalid"
        case .handshake: "smtp_tls_failed"
        case .trustRootsUnreadable: "trust_roots_unreadable"
        case .startTLSNotOffered: "smtp_starttls_not_offered"
        case .signInNotOffered: "smtp_sign_in_not_offered"
        case .signInRefused: "smtp_sign_in_refused"
        case .refused: "smtp_refused"
        case .timedOut: "smtp_timed_out"
        case .connectionLost: "smtp_connection_lost"
        case .notSMTP: "smtp_protocol_error"
        case .tooManyWaiting: "smtp_busy"
        case .stopped: "smtp_stopped"
        case .cancelled: "cancelled"
        case .library: "smtp_failed"
        }
    }

    package var disposition: Disposition {
        switch self {
        case .signInRefused(let reply):
            reply.isTransient ? .retryLater : .needsUser
        case .refused(_, let reply):
            // 554 at the greeting and the like are often an address block list's, and pass.
            reply.isTransient || reply.code == 554 ? .retryLater : .needsUser
        case .invalidRequest, .certificate, .handshake, .trustRootsUnreadable, .startTLSNotOffered, .signInNotOffered,
            .notSMTP:
            .needsUser
        case .connect, .timedOut, .connectionLost, .tooManyWaiting, .stopped, .library:
            .retryLater
        case .cancelled:
            .cancelled
        }
    }
}
