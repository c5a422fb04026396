import IMAPCore
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file without a name that a large message is written to. It is closed, and thereby gone, with this object, unless
/// its descriptor was taken over.
///
/// All its work is done on NIO's threads for blocking calls: neither an event loop nor a cooperative thread waits for a
/// disk.
final class SpoolFile: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { if descriptor >= 0 { Self.closeDescriptor(descriptor) } }

    static func open(in folder: String) async throws(IMAPError) -> SpoolFile {
        try await run {
            var template = Array("\(folder)/postrider-XXXXXX".utf8CString)
            let descriptor = mkstemp(&template)
            guard descriptor >= 0 else { throw IMAPError.spool(String(cString: strerror(errno))) }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            unlink(template)
            return SpoolFile(descriptor: descriptor)
        }
    }

    func append(_ pieces: [ByteBuffer]) async throws(IMAPError) {
        let descriptor = descriptor
        try await Self.run {
            for piece in pieces {
                try piece.withUnsafeReadableBytes { try Self.write($0, to: descriptor) }
            }
        }
    }

    /// A descriptor of the same file that is the caller's to close.
    func duplicate() throws(IMAPError) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .spool(String(cString: strerror(errno))) }
        return copy
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(IMAPError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .spool(String(cString: strerror(errno))) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    private static func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

    private static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws(IMAPError) -> Value {
        do {
            return try await NIOThreadPool.singleton.runIfActive(work)
        } catch let error as IMAPError {
            throw error
        } catch {
            throw .spool(String(describing: error))
        }
    }
}
