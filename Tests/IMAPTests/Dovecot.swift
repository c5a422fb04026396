import Foundation
import IMAP
import IMAPCore
import NIOPosix
import Testing

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

    /// A variable that names no readable file is a fault of the set-up, not a reason to skip.
    static var mustRun: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["CI"] == "true" || environment["POSTRIDER_TEST_DOVECOT"] != nil
    }

    /// A mailbox of one test's own, with these messages in INBOX.
    struct Mailbox {
        let server: Dovecot
        let user: String

        /// The INTERNALDATE of the first; each further one is a second later.
        static let firstDate = 1_700_000_000

        init(_ messages: [Data]) throws {
            let server = try #require(Dovecot.shared, "POSTRIDER_TEST_DOVECOT names no readable file")
            self.server = server
            user = "imap-\(UUID().uuidString.lowercased())"
            let maildir = URL(fileURLWithPath: server.mail_root).appendingPathComponent("\(user)/Maildir")
            for folder in ["cur", "new", "tmp"] {
                try FileManager.default.createDirectory(
                    at: maildir.appendingPathComponent(folder), withIntermediateDirectories: true)
            }
            for (index, message) in messages.enumerated() {
                let date = Self.firstDate + index
                let name = "\(date).M\(index)P1.test:2,\(index % 2 == 0 ? "" : "S")"
                let file = maildir.appendingPathComponent("cur/\(name)")
                try message.write(to: file)
                // Dovecot takes a file's time for the message's.
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: Double(date))], ofItemAtPath: file.path)
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
