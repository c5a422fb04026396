package import IMAP
import IMAPCore
package import MailStore
import Failure
package import NIOCore
package import OutboundGuard
import Transfer

/// Opens a signed-in connection to a mailbox: finds the host, judges where it leads, connects there, signs in.
///
/// The host is judged anew at each connection, since a name that led somewhere public may lead elsewhere next time.
package struct MailboxSignIn: Sendable {
    /// What signs in.
    package enum Credential: Sendable {
        case password(String)
        case accessToken(String)
    }

    private let resolver: HostResolver
    private let policy: OutboundPolicy
    private let options: IMAPConnectionOptions
    private let group: any EventLoopGroup

    package init(
        resolver: HostResolver, policy: OutboundPolicy, options: IMAPConnectionOptions, group: any EventLoopGroup
    ) {
        self.resolver = resolver
        self.policy = policy
        self.options = options
        self.group = group
    }

    /// Opens a stored account's mailbox with its sealed secret.
    package func open(_ account: Account, secretsFrom store: Store) async throws -> IMAPConnection {
        let credential: Credential =
            switch account.authentication {
            case .password: .password(try await store.secret(.password, of: account.key))
            case .oauth2: .accessToken(try await store.secret(.accessToken, of: account.key))
            }
        return try await open(account.imap, username: account.username, credential: credential)
    }

    /// Opens a mailbox.
    ///
    /// - Throws: `OutboundError` where the host isn't found or isn't allowed, `IMAPError` for all that follows.
    package func open(
        _ server: ServerSettings, username: String, credential: Credential
    ) async throws -> IMAPConnection {
        let addresses = try await resolver.resolve(host: server.host, port: UInt16(server.port), policy: policy)
        let connection = try await connect(server, to: addresses)
        do {
            switch credential {
            case .password(let password):
                try await connection.signIn(.password(username: username, password: password))
            case .accessToken(let token):
                try await connection.signIn(.oauth2(username: username, accessToken: token))
            }
            return connection
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The first of the judged addresses that answers, in their order.
    private func connect(_ server: ServerSettings, to addresses: [JudgedAddress]) async throws -> IMAPConnection {
        var failure: (any Error)?
        for address in addresses {
            do {
                let endpoint = try IMAPEndpoint(
                    serverName: server.host, ip: address.ip, port: Int(address.port), security: server.imapSecurity)
                // A budget a connection: visits that shared one could each hold a part of a checkpoint and wait for
                // the others to let go of theirs.
                var options = options
                options.budget = ByteBudget()
                return try await IMAPConnection.connect(to: endpoint, options: options, on: group)
            } catch let error as IMAPError {
                guard case .unreachable = error else { throw error }
                failure = failure ?? error
            }
        }
        throw failure!
    }
}

extension ServerSettings {
    var imapSecurity: IMAPEndpoint.Security {
        switch security {
        case .tls: .tls
        case .starttls: .startTLS
        case .none: .none
        }
    }

    var smtpSecurity: TransferSecurity {
        switch security {
        case .tls: .tls
        case .starttls: .startTLS
        case .none: .none
        }
    }
}
