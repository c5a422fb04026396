import Crypto
import Entitlements
import Foundation
import MailModel
import MailStore
import Threading

/// An organization with one user and one account, made through the store as the program makes them.
struct Mailbox: Sendable {
    let database: StoreDatabase
    let organization: Organization
    let user: User
    let account: Account
    let folders: [Folder]
    /// As a worker has it.
    let store: Store

    var key: AccountKey { account.key }
    var inbox: Folder { folder("INBOX") }
    var sent: Folder { folder("Sent") }

    static let listed = [
        ListedFolder("INBOX", role: .inbox), ListedFolder("Archive", role: .archive), ListedFolder("Sent", role: .sent),
        ListedFolder("Drafts", role: .drafts), ListedFolder("Trash", role: .trash), ListedFolder("Spam", role: .junk),
        ListedFolder("Projects", role: nil, isSelectable: false), ListedFolder("Projects/Alpha", role: nil),
    ]

    /// - Parameter isStarted: whether INBOX was chosen and *Start syncing* was said.
    static func make(
        in database: StoreDatabase, plan: Plan = .gold, address: String = "alice@example.org", secret: String = "pass",
        listed: [ListedFolder] = listed, isStarted: Bool = true
    ) async throws -> Mailbox {
        let store = try database.store(.operator)
        let organization = try await store.createOrganization(name: "Acme", plan: plan, seats: 3, trialDays: 0)
        let user = try await store.createUser(
            organization: organization.id, email: address, name: "Alice", role: .admin)
        var account = try await store.createAccount(
            .test(owner: user, address: address), secret: secret, purpose: .password, folders: listed)
        if isStarted {
            _ = try await store.chooseFolders(of: account.id, mode: .selected, paths: ["INBOX", "Archive"])
            account = try await store.start(account.id)
        }
        return Mailbox(
            database: database, organization: organization, user: user, account: account,
            folders: try await store.folders(of: account.key), store: try database.store(.worker))
    }

    func folder(_ path: String) -> Folder { folders.first { $0.path.display == path }! }

    /// Takes the lane and commits.
    @discardableResult
    func commit(_ checkpoint: Checkpoint) async throws -> CheckpointResult {
        let lease = try await store.takeLease(of: key, lane: .read)
        return try await store.commit(checkpoint, addresses: store.addresses(of: key), under: lease)
    }

    @discardableResult
    func commit(_ messages: NewMessage...) async throws -> CheckpointResult {
        var checkpoint = Checkpoint()
        checkpoint.messages = messages
        return try await commit(checkpoint)
    }

    /// All stored messages, newest first.
    func messages() async throws -> [StoredMessage] { try await store.messages(of: key, limit: 1000) }
    func threads() async throws -> [StoredThread] { try await store.threads(of: key, limit: 1000) }
}

extension Store.AccountDraft {
    static func test(owner: User, address: String) -> Self {
        Self(
            owner: owner, address: address, authentication: .password, username: address,
            imap: ServerSettings(host: "mail.example.org", port: 993, security: .tls), smtp: nil)
    }
}

extension ListedFolder {
    init(_ path: String, role: FolderRole?, isSelectable: Bool = true) {
        self.init(path: FolderPath(raw: Array(path.utf8), display: path), role: role, isSelectable: isSelectable)
    }
}

extension NewMessage {
    /// A message made from what a test cares for.
    ///
    /// - Parameters:
    ///   - id: its Message-ID; `nil` for none.
    ///   - at: INTERNALDATE in seconds before (negative) or after the tests' clock.
    ///   - raw: its bytes; by default made from the id, so that messages of one id are the same.
    static func test(
        _ id: String?, in folder: Folder, uid: UInt32, uidValidity: UInt32 = 7, at: Int64 = 0, answers: [String] = [],
        subject: String? = "Hello", from: String = "bob@example.net", to: String = "alice@example.org",
        flags: [Flag] = [], provider: ProviderIdentity = .none, raw: [UInt8]? = nil
    ) -> NewMessage {
        let bytes = raw ?? Array("Message-ID: \(id ?? "none \(uid)")\r\n\r\nbody\r\n".utf8)
        let references = answers.compactMap { HeaderMessageID(rawValue: $0) }
        let messageID = id.flatMap { HeaderMessageID(rawValue: $0) }
        let moment = EpochSeconds(StoreDatabase.now + at)
        return NewMessage(
            folder: folder.id, uidValidity: UIDValidity(rawValue: uidValidity), uid: UID(rawValue: uid)!, flags: flags,
            modSequence: nil, internalDate: moment, provider: provider, sha256: Array(SHA256.hash(data: bytes)),
            raw: RawContent(bytes), messageID: messageID, subject: subject,
            date: MessageDate(instant: moment, offsetMinutes: 0, raw: "some day"),
            participants: [
                Participant(role: .from, address: EmailAddress(name: nil, address: from)),
                Participant(role: .to, address: EmailAddress(name: nil, address: to)),
            ],
            snippet: "body", text: "body\n", html: nil, listID: nil, autoSubmitted: [], marks: [], attachments: [],
            threadable: ThreadableMessage(
                messageID: messageID, inReplyTo: Array(references.suffix(1)), references: references,
                providerThreadID: provider.threadID, subject: subject ?? "", date: moment, participants: [from, to]))
    }
}

extension RawContent {
    init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { range, body in
            try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
    }
}
