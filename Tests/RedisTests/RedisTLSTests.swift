import Failure
import Foundation
import Testing

@testable import Redis

@Suite(.needsRedisServer) struct RedisTLSTests {
    /// Makes an authority, and a certificate that it signed for 127.0.0.1.
    private static func makeCertificates(in folder: URL) throws {
        try openssl(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test authority",
                "-keyout", "ca.key", "-out", "ca.pem",
            ], in: folder)
        try openssl(
            [
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=redis", "-keyout", "server.key", "-out",
                "server.csr",
            ], in: folder)
        try Data("subjectAltName=IP:127.0.0.1,DNS:localhost\n".utf8).write(to: folder.appending(path: "san"))
        try openssl(
            [
                "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2", "-extfile", "san", "-out", "server.pem",
            ], in: folder)
        try openssl(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Other authority",
                "-keyout", "other.key", "-out", "other.pem",
            ], in: folder)
    }

    private static func openssl(_ arguments: [String], in folder: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    private static func options(folder: URL, port: Int) throws -> [String] {
        try makeCertificates(in: folder)
        return [
            "--port", "0", "--tls-port", "\(port)", "--tls-cert-file", "server.pem", "--tls-key-file", "server.key",
            "--tls-ca-cert-file", "ca.pem", "--tls-auth-clients", "no",
        ]
    }

    private static func trusted(_ server: PrivateRedisServer) throws -> RedisConfiguration {
        try configuration(server, host: "127.0.0.1", roots: "ca.pem")
    }

    private static func configuration(_ server: PrivateRedisServer, host: String, roots: String?) throws
        -> RedisConfiguration
    {
        try RedisConfiguration(
            url: "rediss://\(host):\(server.port)",
            trustRootsFile: roots.map { server.folder.appending(path: $0).path })
    }

    @Test("a certificate is accepted for name and address under a private authority, and for nothing else")
    func privateAuthority() async throws {
        try await PrivateRedisServer.with(
            arguments: Self.options(folder:port:),
            probe: Self.trusted(_:)
        ) { server in
            for host in ["127.0.0.1", "localhost"] {
                try await SharedRedis.withClient(Self.configuration(server, host: host, roots: "ca.pem")) { client in
                    let reply = try await client.send(RedisCommand("ECHO", "a")).string
                    #expect(reply == "a")
                }
            }
            for roots in ["other.pem", nil] {
                try await SharedRedis.withClient(Self.configuration(server, host: "127.0.0.1", roots: roots)) {
                    client in
                    let error = await #expect(throws: RedisError.self) {
                        try await client.send(RedisCommand("PING"), timeout: .seconds(60))
                    }
                    guard case .tlsFailed = error else { return #expect(Bool(false), "\(String(describing: error))") }
                    #expect(error?.disposition == .needsUser)
                }
            }
        }
    }
}
