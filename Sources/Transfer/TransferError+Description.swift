extension TransferError: CustomStringConvertible {
    /// Words for the user whose mailbox it is.
    package var description: String {
        switch self {
        case .invalidRequest(.serverName):
            "The outgoing server's name is not a valid host name."
        case .invalidRequest(.address):
            "The outgoing server's address is not an IP address."
        case .invalidRequest(.credential):
            "The user name or password is missing, or holds a character that can't be sent."
        case .connect(.refused):
            "The outgoing server does not accept connections at this port. Check the port."
        case .connect(.unreachable):
            "The outgoing server can't be reached. Check the host and the port, or try again in a while."
        case .certificate(.expired):
            "The outgoing server's certificate has expired. Its operator must renew it."
        case .certificate(.notYetValid):
            "The outgoing server's certificate is not valid yet. Its operator must check it."
        case .certificate(.untrusted):
            "The outgoing server's certificate is not from a trusted authority."
        case .certificate(.wrongName):
            "The outgoing server's certificate is for another name. Check the host."
        case .handshake:
            "No encrypted connection could be made to the outgoing server. Check that the port and the security "
                + "setting belong together: 465 with TLS, 587 with STARTTLS."
        case .trustRootsUnreadable:
            "The file of trusted certificates can't be read. An operator must check the configuration."
        case .startTLSNotOffered:
            "The outgoing server does not offer STARTTLS at this port. Try TLS at port 465."
        case .signInNotOffered(let mechanisms) where mechanisms.isEmpty:
            "The outgoing server offers no sign-in here. Try port 587 with STARTTLS or 465 with TLS."
        case .signInNotOffered:
            "The outgoing server does not offer this kind of sign-in."
        case .signInRefused(let reply) where reply.isTransient:
            "The outgoing server can't sign anyone in just now (\(reply)). It will be tried again."
        case .signInRefused(let reply) where reply.code == 534 || reply.enhancedStatus == "5.7.9":
            "The outgoing server wants another kind of sign-in (\(reply)), often an app password."
        case .signInRefused(let reply):
            "The outgoing server refused the user name or password (\(reply))."
        case .refused(let step, let reply):
            "The outgoing server turned the connection away \(step.phrase) (\(reply))."
        case .timedOut(let step):
            "The outgoing server did not answer in time \(step.phrase)."
        case .connectionLost(let step):
            "The outgoing server closed the connection \(step.phrase)."
        case .notSMTP(let step):
            "What answered \(step.phrase) is not a mail server, or not one for this security setting. Check the port."
        case .tooManyWaiting:
            "Too many sign-ins are being tried just now. Try again in a while."
        case .stopped:
            "The program is shutting down."
        case .cancelled:
            "The sign-in was cancelled."
        case .library(let code):
            "The outgoing server could not be used (libcurl \(code))."
        }
    }
}

extension SMTPStep {
    /// The step as the end of a sentence.
    fileprivate var phrase: String {
        switch self {
        case .waiting: "while waiting for its turn"
        case .connect: "while connecting"
        case .tls: "while encryption was set up"
        case .greeting: "at its greeting"
        case .hello: "at EHLO"
        case .startTLS: "at STARTTLS"
        case .signIn: "at sign-in"
        }
    }
}
