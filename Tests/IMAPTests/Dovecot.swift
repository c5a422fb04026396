import Foundation
import IMAP
import IMAPCore
import NIOCore
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

        private var maildir: URL { URL(fileURLWithPath: "\(server.mail_root)/\(user)/Maildir") }

        /// Makes a folder of this name.
        func make(folder name: String) throws {
            let folder = maildir.appendingPathComponent(".\(name)")
            for part in ["", "cur", "new", "tmp"] {
                let path = folder.appendingPathComponent(part)
                try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
                try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path.path)
            }
        }

        /// Delivers a message as a mail server does: whole, at once.
        func deliver(_ message: Data, to folder: String? = nil) throws {
            let home = folder.map { maildir.appendingPathComponent(".\($0)") } ?? maildir
            let name = "\(Self.firstDate + 900_000).\(UUID().uuidString).test"
            let draft = home.appendingPathComponent("tmp/\(name)")
            try message.write(to: draft)
            try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: draft.path)
            try FileManager.default.moveItem(at: draft, to: home.appendingPathComponent("new/\(name)"))
        }

        /// Appends a message by another connection, so that the server knows of it at once.
        func append(_ message: Data, to folder: String) async throws {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: server.host, port: server.plain_port).get()
            var bytes = ByteBuffer(
                string: "a LOGIN \"\(user)\" \"\(server.password)\"\r\nb APPEND \"\(folder)\" {\(message.count)+}\r\n")
            bytes.writeBytes(message)
            bytes.writeString("\r\nc LOGOUT\r\n")
            try await channel.writeAndFlush(bytes)
            // The server hangs up once all of it is done.
            try await channel.closeFuture.get()
        }

        /// Changes INBOX behind the server's back: message `index`, counted from 0, gets these flags, or goes.
        func change(_ index: Int, flags: String?) throws {
            let folder = maildir.appendingPathComponent("cur")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let name = try #require(names.first { $0.contains(".M\(index)P1.") })
            let file = folder.appendingPathComponent(name)
            guard let flags else { return try FileManager.default.removeItem(at: file) }
            let unflagged = name.prefix { $0 != ":" }
            try FileManager.default.moveItem(at: file, to: folder.appendingPathComponent("\(unflagged):2,\(flags)"))
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
