import IMAPCore
import NIOSSL
import Synchronization

/// The TLS contexts of this process, one for each set of trust roots: reading the system's authorities takes
/// milliseconds, a context some hundred KiB, and it serves any number of connections.
enum TrustStore {
    private static let contexts = Mutex<[IMAPConnectionOptions.TrustRoots: Kept]>([:])

    private struct Kept {
        let context: NIOSSLContext
        /// Of a private authority's file, which may be replaced while this runs; `nil` for the system's.
        let file: FileMark?
    }

    /// - Throws: ``IMAPError/insecure(_:)`` where the file can't be read.
    static func context(for roots: IMAPConnectionOptions.TrustRoots) throws(IMAPError) -> NIOSSLContext {
        let file: FileMark? =
            switch roots {
            case .system: nil
            case .file(let path): FileMark(path)
            }
        if let kept = contexts.withLock({ $0[roots] }), kept.file == file { return kept.context }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        switch roots {
        case .system: configuration.trustRoots = .default
        case .file(let path): configuration.trustRoots = .file(path)
        }
        do {
            let context = try NIOSSLContext(configuration: configuration)
            contexts.withLock { $0[roots] = Kept(context: context, file: file) }
            return context
        } catch {
            throw .insecure(.trustRoots(String(describing: error)))
        }
    }

    /// The handler for a server that the user calls `name`. An address in numbers is no name for SNI: then NIOSSL
    /// checks the certificate against the address that the socket is connected to.
    static func handler(_ context: NIOSSLContext, serverName name: String) throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: name)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }
}
