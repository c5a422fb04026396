package import Failure
package import MailModel

/// What went wrong between this process and an IMAP server.
///
/// The cases keep apart what a caller does differently; texts of servers are cut, freed of control characters and of
/// the credentials that were sent before them.
package enum IMAPError: Failing, Hashable {
    /// No connection came up.
    case unreachable(ConnectFault)
    /// No safe channel came up, or what came up is not safe.
    case insecure(TLSFault)
    /// The server won't let this user in until a person does something.
    case signInRefused(SignInFault)
    /// The server is busy or counts too much use; no fault of the user's password (mail-exactness 25–27).
    case throttled(Throttle)
    /// The server answered a command with NO or BAD.
    case refused(CommandRefusal)
    /// The server ended the session by `BYE`; its words.
    case goodbye(String)
    /// The server said what the protocol does not allow at that point.
    case protocolViolation(String)
    /// The connection ended.
    /// - `insideReply`: a reply, perhaps a message, had begun; what came of it is worthless (mail-exactness 20).
    /// - `uid`: that message, where its reply had named it.
    case connectionLost(insideReply: Bool, uid: UID?)
    /// The command was not answered in time (mail-exactness 31); its name.
    case deadline(String)
    /// Nothing came for too long while messages were being fetched; the message under way, where known.
    case stalled(uid: UID?)
    /// The server sent, or wants to send, more than is taken; the message that it belongs to, where known.
    case bound(Bound, uid: UID?)
    /// CR, LF or NUL in what the caller wanted sent; nothing was. Says in what.
    case injection(String)
    /// The caller asked for something while another command or fetch was under way on this connection.
    case busy
    /// The connection was closed on this side before, or the command can't be sent in this state.
    case unusable(String)
    /// What a message would be spooled to can't be written; the reason.
    case spool(String)
    /// The caller's task was cancelled. The connection is closed.
    case cancelled

    package enum ConnectFault: Sendable, Hashable {
        case refused
        case timedOut
        /// The system's reason.
        case other(String)
    }

    package enum TLSFault: Sendable, Hashable {
        /// No authority that is trusted here vouches for the certificate, or it is expired.
        case untrustedCertificate
        /// The certificate is for another name.
        case wrongName
        /// The port answered, and not in TLS.
        case notTLS
        /// STARTTLS is configured and the server refused it.
        case startTLSRefused
        /// The server was signed in before TLS: all after it could be an attacker's.
        case preauthenticatedBeforeTLS
        /// Octets stood behind the answer to STARTTLS, to be taken as if they had come by TLS.
        case bytesBeforeTLS
        /// The trust roots can't be read; the reason.
        case trustRoots(String)
        case handshake(String)
    }

    package enum SignInFault: Sendable, Hashable {
        /// Wrong user name, password or token, or a sign-in that is not allowed; the server's words.
        case credentials(String)
        /// The server wants one sign-in by a browser first; the address, where it gives one.
        case webSignIn(String?)
        /// None of the ways to sign in that the server offers is known here or allowed.
        case noCommonMechanism
        /// The server accepted the password without showing that it knows it (RFC 5802 §3): it may be another's server.
        case serverUnproven
    }

    package struct Throttle: Sendable, Hashable {
        package enum Reason: Sendable, Hashable {
            case tooManyConnections
            /// `[LIMIT]`, `[OVERQUOTA]`, `[THROTTLED]`: a quota of commands or of octets.
            case quota
            /// `[INUSE]`.
            case inUse
            /// `[UNAVAILABLE]`, and Microsoft's *authenticated but not connected*.
            case unavailable
        }
        package let reason: Reason
        /// Seconds to wait, where the server says so.
        package let retryAfter: Double?
        /// The server's words.
        package let text: String
    }

    package struct CommandRefusal: Sendable, Hashable {
        /// The command's name, for instance `EXAMINE`.
        package let command: String
        /// Whether the server called it BAD, not just NO.
        package let isBad: Bool
        package let code: ResponseCode?
        /// The server's words.
        package let text: String
    }

    package enum Bound: Sendable, Hashable {
        /// A line of more octets than this.
        case line(Int)
        /// A literal that is declared to have so many octets.
        case literal(UInt64)
        /// More untagged replies to one command than this.
        case replies(Int)
    }

    package var disposition: Disposition {
        switch self {
        case .unreachable, .goodbye, .protocolViolation, .deadline, .stalled, .spool: .retryLater
        case .insecure(let fault):
            switch fault {
            case .untrustedCertificate, .wrongName, .notTLS, .startTLSRefused, .preauthenticatedBeforeTLS,
                .trustRoots:
                .needsUser
            case .bytesBeforeTLS, .handshake: .retryLater
            }
        case .signInRefused: .needsUser
        case .throttled(let throttle): throttle.retryAfter.map { .retryAfter(seconds: $0) } ?? .retryLater
        case .refused(let refusal): refusal.isBad || refusal.isLasting ? .permanent : .retryLater
        case .connectionLost: .retryNow
        case .bound, .injection, .busy, .unusable: .permanent
        case .cancelled: .cancelled
        }
    }
}

extension IMAPError.CommandRefusal {
    /// Whether the code says that the same command will be refused again.
    var isLasting: Bool {
        switch code {
        case .cannot, .nonExistent, .noPermission, .clientBug, .alreadyExists, .tryCreate, .contactAdministrator:
            true
        case nil, .alert, .authenticationFailed, .authorizationFailed, .capability, .closed, .expired,
            .highestModSequence, .inUse, .limit, .mailboxID, .noModSequence, .notificationOverflow, .overQuota,
            .permanentFlags, .privacyRequired, .readOnly,
            .readWrite, .serverBug, .throttled, .uidNext, .uidValidity, .unavailable, .webAlert, .other:
            false
        }
    }
}
