import Foundation
import IMAP
import IMAPCore
import NIOPosix

/// The Dovecot that the tests may use: any user name signs in with one password, and mail is a Maildir each.
struct Dovecot: Decodable, Sendable {
    let host: String
    let plain_port: Int
    let tls_port: Int
    let ca_file: String
    let mail_root: String
    let password: String

    /// From the file that `POSTRIDER_TEST_DOVECOT` names; `nil` where the variable is not set.
    static let shared: Dovecot? = {
        guard let path = ProcessInfo.processInfo.environment["POSTRIDER_TEST_DOVECOT"],
            let data = FileManager.default.contents(atPath: path)
        else { return nil }
        do { return try JSONDecoder().decode(Dovecot.self, from: data) } catch { return nil }
    }()

    static var mustRun: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    /// A mailbox of one test's own, with these messages in INBOX.
    struct Mailbox {
        let server: Dovecot
        let user: String

        init(_ messages: [Data]) throws {
            guard let server = Dovecot.shared else { throw CocoaError(.fileNoSuchFile) }
            self.server = server
            user = "imap-\(UUID().uuidString.lowercased())"
            let maildir = URL(fileURLWithPath: server.mail_root).appendingPathComponent("\(user)/Maildir")
            for folder in ["cur", "new", "tmp"] {
                try FileManager.default.createDirectory(
                    at: maildir.appendingPathComponent(folder), withIntermediateDirectories: true)
            }
            for (index, message) in messages.enumerated() {
                let name = "\(1_700_000_000 + index).M\(index)P1.test:2,\(index % 2 == 0 ? "" : "S")"
                try message.write(to: maildir.appendingPathComponent("cur/\(name)"))
            }
            // The server may run as another user, and must be able to write its indexes.
            let home = maildir.deletingLastPathComponent().path
            for path in [home] + (try FileManager.default.subpathsOfDirectory(atPath: home).map { "\(home)/\($0)" }) {
                try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
            }
        }

        func remove() {
            do {
                try FileManager.default.removeItem(atPath: "\(server.mail_root)/\(user)")
            } catch {
                // The folder is temporary anyway.
            }
        }

        func connect(
            _ security: IMAPEndpoint.Security = .none, options change: (inout IMAPConnectionOptions) -> Void = { _ in }
        ) async throws -> IMAPConnection {
            var options = IMAPConnectionOptions()
            options.trustRoots = .file(server.ca_file)
            change(&options)
            let port = security == .tls ? server.tls_port : server.plain_port
            let connection = try await IMAPConnection.connect(
                to: IMAPEndpoint(serverName: server.host, ip: "127.0.0.1", port: port, security: security),
                options: options, on: MultiThreadedEventLoopGroup.singleton)
            try await connection.signIn(.password(username: user, password: server.password))
            return connection
        }
    }
}
