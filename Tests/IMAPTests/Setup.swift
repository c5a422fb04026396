import Foundation
import IMAP
import IMAPCore
import MailModel
import NIOCore
import NIOPosix

/// What the tests of a connection share.
enum Setup {
    static let inbox = FolderPath(raw: Array("INBOX".utf8), delimiter: nil)
    static let password = IMAPCredential.password(username: "user", password: "secret")

    /// The private authority of ``TestCertificates``, as a file.
    static let authority: String = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "postrider-test-authority-\(getpid()).pem")
        precondition(
            FileManager.default.createFile(atPath: path.path, contents: Data(TestCertificates.authority.utf8)),
            "the temporary folder can be written")
        return path.path
    }()

    static func options(budget: Int = 16 << 20) -> IMAPConnectionOptions {
        var options = IMAPConnectionOptions(budget: ByteBudget(capacity: budget))
        options.trustRoots = .file(authority)
        options.commandTimeout = .seconds(20)
        options.stallTimeout = .seconds(20)
        return options
    }

    static func connect(
        _ server: ScriptedServer, security: IMAPEndpoint.Security = .none, name: String = "mail.example",
        options: IMAPConnectionOptions = options()
    ) async throws -> IMAPConnection {
        try await IMAPConnection.connect(
            to: IMAPEndpoint(serverName: name, ip: "127.0.0.1", port: server.port, security: security),
            options: options, on: MultiThreadedEventLoopGroup.singleton)
    }

    /// A connection that is signed in and has INBOX open, to a server that then goes on by `steps`.
    static func opened(
        capabilities: String = "IMAP4rev1", options: IMAPConnectionOptions = options(), _ steps: [ScriptedServer.Step]
    ) async throws -> (ScriptedServer, IMAPConnection) {
        let start: [ScriptedServer.Step] = [
            .say("* PREAUTH [CAPABILITY \(capabilities)] hi\n"), .hear("EXAMINE"),
            .say("* 3 EXISTS\n* OK [UIDVALIDITY 7]\n* OK [UIDNEXT 9]\n$ OK [READ-ONLY] done\n"),
        ]
        let server = try await ScriptedServer.start(start + steps)
        let connection = try await connect(server, options: options)
        _ = try await connection.examine(inbox)
        return (server, connection)
    }

    static func uids(_ range: ClosedRange<UInt32>) -> UIDSet { UIDSet(normalising: [range]) }

    /// The error that `work` fails with.
    static func error(of work: () async throws -> Void) async -> IMAPError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? IMAPError
        }
    }
}

extension RawMessage {
    var bytes: [UInt8] { get throws { try withBytes { Array($0) } } }
}
