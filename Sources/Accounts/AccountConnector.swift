// Connects mailboxes: finds the servers, tries both directions, and only then accepts the account.
//
//     host judged ─▶ IMAP sign-in ─▶ folder list ─▶ (SMTP host judged ─▶ SMTP sign-in) ─▶ stored, sealed, `connected`
import Failure
import IMAP
import IMAPCore
package import MailStore
package import OutboundGuard
package import Transfer

/// Accepts new accounts.
package struct AccountConnector: Sendable {
    private let store: Store
    private let signIn: MailboxSignIn
    private let resolver: HostResolver
    private let policy: OutboundPolicy
    private let transfer: TransferEngine
    private let trustRoots: TrustRoots

    package init(
        store: Store, signIn: MailboxSignIn, resolver: HostResolver, policy: OutboundPolicy,
        transfer: TransferEngine, trustRoots: TrustRoots
    ) {
        self.store = store
        self.signIn = signIn
        self.resolver = resolver
        self.policy = policy
        self.transfer = transfer
        self.trustRoots = trustRoots
    }

    /// Tries the account's sign-ins and stores it. Nothing is stored where a step fails.
    ///
    /// - Throws: ``AccountsError`` naming the step; `StoreError.refused` where the plan doesn't allow it.
    package func connect(_ draft: Store.AccountDraft, credential: MailboxSignIn.Credential) async throws -> Account {
        let folders = try await listFolders(draft, credential: credential)
        if let smtp = draft.smtp { try await checkSMTP(smtp, username: draft.username, credential: credential) }
        switch credential {
        case .password(let password):
            return try await store.createAccount(draft, secret: password, purpose: .password, folders: folders)
        case .accessToken(let token):
            return try await store.createAccount(draft, secret: token, purpose: .accessToken, folders: folders)
        }
    }

    private func listFolders(
        _ draft: Store.AccountDraft, credential: MailboxSignIn.Credential
    ) async throws -> [MailStore.ListedFolder] {
        let mailbox: IMAPConnection
        do {
            mailbox = try await signIn.open(draft.imap, username: draft.username, credential: credential)
        } catch let error as OutboundError {
            throw AccountsError(.findingIMAP, error)
        } catch let error as IMAPError {
            throw AccountsError(.signingInToIMAP, error)
        }
        do {
            let listed = try await mailbox.listFolders()
            await mailbox.logout()
            return listed.map { .init(path: $0.path, role: $0.role, isSelectable: $0.isSelectable) }
        } catch {
            await mailbox.close()
            throw AccountsError(.listingFolders, error)
        }
    }

    private func checkSMTP(
        _ server: ServerSettings, username: String, credential: MailboxSignIn.Credential
    ) async throws {
        let credential: SMTPCredential =
            switch credential {
            case .password(let password): .password(username: username, password: password)
            case .accessToken(let token): .xoauth2(username: username, accessToken: token)
            }
        let addresses: [JudgedAddress]
        do {
            addresses = try await resolver.resolve(host: server.host, port: UInt16(server.port), policy: policy)
        } catch {
            throw AccountsError(.findingSMTP, error)
        }
        var failure: TransferError?
        for address in addresses {
            do {
                _ = try await transfer.checkSMTPSignIn(
                    SMTPEndpoint(
                        serverName: server.host, ip: address.ip, port: address.port, security: server.smtpSecurity),
                    credential: credential, trustRoots: trustRoots)
                return
            } catch {
                guard case .connect = error else { throw AccountsError(.signingInToSMTP, error) }
                failure = failure ?? error
            }
        }
        if let failure { throw AccountsError(.signingInToSMTP, failure) }
    }
}
