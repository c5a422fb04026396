import Foundation

/// The TLS server of `Fixtures/smtp_tls_server.py` in a process, with a certificate of its own.
final class TLSServer: Sendable {
    let port: UInt16
    /// The certificate, which is its own authority.
    let certificate: String
    private let folder: URL
    private let process: Process
    private let input: Pipe

    /// Whether this machine has what the server needs.
    static let isAvailable = ["python3", "openssl"].allSatisfy { tool in
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
    }

    /// - Parameter name: the DNS name that the certificate is for.
    static func start(mode: String, name: String = "mail.test", id: UUID = UUID()) async throws -> TLSServer {
        try await withCheckedThrowingContinuation { continuation in
            // Processes are waited for here, which is not for the cooperative pool.
            Thread {
                continuation.resume(with: Result { try TLSServer(mode: mode, name: name, id: id) })
            }.start()
        }
    }

    private init(mode: String, name: String, id: UUID) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("transfer-tests-\(id)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appendingPathComponent("certificate.pem").path
        let key = folder.appendingPathComponent("key.pem").path
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-days", "2", "-keyout", key,
            "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw CocoaError(.executableLoad) }

        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/smtp_tls_server.py")
        process = Process()
        input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path, mode, certificate, key]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) { line += byte }
        guard let port = UInt16(String(decoding: line, as: UTF8.self)) else {
            throw CocoaError(.executableRuntimeMismatch)
        }
        self.port = port
    }

    deinit {
        // The server ends with its input.
        input.fileHandleForWriting.closeFile()
        process.terminate()
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            // Left to the system's own tidying of temporary files.
        }
    }
}
