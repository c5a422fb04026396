import IMAPCore
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Says in this module's words what NIO and BoringSSL report.
enum ConnectionFault {
    /// For an error of a channel that was up.
    static func end(for error: any Error) -> Inbound.End {
        switch error {
        case let error as IMAPError:
            return .failed(error)
        case let error as NIOSSLError:
            // The peer left without closing TLS; what it sent before is authenticated all the same, and every reply
            // says itself where it ends.
            if case .uncleanShutdown = error { return .closed }
            return .failed(.insecure(fault(for: error)))
        case is NIOSSLExtraError:
            return .failed(.insecure(.wrongName))
        case let error as BoringSSLError:
            return .failed(.insecure(fault(String(describing: error))))
        default:
            return .closed
        }
    }

    static func connectError(for error: any Error) -> IMAPError {
        switch error {
        case is CancellationError:
            return .cancelled
        case ChannelError.connectTimeout:
            return .unreachable(.timedOut)
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return connectError(for: first.error) }
            return .unreachable(.other("no address"))
        case let error as IOError:
            switch error.errnoCode {
            case ECONNREFUSED: return .unreachable(.refused)
            case ETIMEDOUT: return .unreachable(.timedOut)
            default: return .unreachable(.other(String(cString: strerror(error.errnoCode))))
            }
        case let error as NIOSSLError:
            return .insecure(fault(for: error))
        default:
            return .unreachable(.other(String(describing: type(of: error))))
        }
    }

    private static func fault(for error: NIOSSLError) -> IMAPError.TLSFault {
        if case .unableToValidateCertificate = error { return .untrustedCertificate }
        return fault(String(describing: error))
    }

    /// BoringSSL names its reasons only in texts.
    private static func fault(_ text: String) -> IMAPError.TLSFault {
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return .untrustedCertificate }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") { return .notTLS }
        return .handshake(String(text.prefix(200)))
    }
}
