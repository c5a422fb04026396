import IMAPCore
import NIOSSL
import Synchronization

/// The TLS contexts of this process, one for each set of trust roots: reading the system's authorities takes
/// milliseconds, and a context serves any number of connections.
enum TrustStore {
    private static let contexts = Mutex<[IMAPConnectionOptions.TrustRoots: NIOSSLContext]>([:])

    /// - Throws: ``IMAPError/insecure(_:)`` where the file can't be read.
    static func context(for roots: IMAPConnectionOptions.TrustRoots) throws(IMAPError) -> NIOSSLContext {
        if let context = contexts.withLock({ $0[roots] }) { return context }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        switch roots {
        case .system: configuration.trustRoots = .default
        case .file(let path): configuration.trustRoots = .file(path)
        }
        do {
            let context = try NIOSSLContext(configuration: configuration)
            // A private authority's file may be replaced while this runs; the system's are kept.
            if roots == .system { contexts.withLock { $0[roots] = context } }
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
