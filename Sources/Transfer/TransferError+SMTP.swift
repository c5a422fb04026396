import CLibCurl
import Glibc

extension TransferError {
    /// What libcurl's result means when no reply of the server's has decided the matter.
    static func smtp(
        _ code: CURLcode, easy: EasyHandle, listener: SMTPListener, security: TransferSecurity
    ) -> TransferError {
        let step = step(of: listener, easy: easy, security: security)
        switch code {
        case CURLE_COULDNT_CONNECT:
            return .connect(easy.number(CURLINFO_OS_ERRNO) == Int(ECONNREFUSED) ? .refused : .unreachable)
        case CURLE_OPERATION_TIMEDOUT:
            return .timedOut(step)
        case CURLE_PEER_FAILED_VERIFICATION:
            return .certificate(CertificateFault(openSSLResult: easy.number(CURLINFO_SSL_VERIFYRESULT)))
        case CURLE_SSL_CACERT_BADFILE:
            return .trustRootsUnreadable
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER:
            return .handshake
        case CURLE_URL_MALFORMAT:
            // An international name that IDNA refuses.
            return .invalidRequest(.serverName)
        case CURLE_USE_SSL_FAILED:
            return .startTLSNotOffered
        case CURLE_LOGIN_DENIED:
            // The server's last word was a challenge: XOAUTH2 tells a refusal in one.
            return .signInRefused(SMTPReply(code: easy.number(CURLINFO_RESPONSE_CODE)))
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
            return .connectionLost(step)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_OK:
            return .notSMTP(step)
        default:
            return .library(code: Int(code.rawValue))
        }
    }

    /// Before the greeting no reply tells how far things went.
    private static func step(of listener: SMTPListener, easy: EasyHandle, security: TransferSecurity) -> SMTPStep {
        switch listener.dialogue.phase {
        case .greeting:
            guard listener.wasConnected else { return .connect }
            guard security != .tls || easy.microseconds(CURLINFO_APPCONNECT_TIME_T) > 0 else { return .tls }
            return .greeting
        case .hello, .startTLS, .secureHello, .signIn, .closing, .ended:
            return listener.dialogue.step
        }
    }
}

extension TransferError.CertificateFault {
    /// - Parameter result: OpenSSL's `X509_V_…` of the chain. libcurl leaves its first value, 1, when it is the name
    ///   that it refuses.
    init(openSSLResult result: Int) {
        switch result {
        case 9: self = .notYetValid
        case 10: self = .expired
        case 0, 1, 26, 62, 64: self = .wrongName
        default: self = .untrusted
        }
    }
}
