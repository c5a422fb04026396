import Entitlements
import Foundation
package import MailModel
import Postgres

extension Store {
    /// What a new account is made of.
    package struct AccountDraft: Sendable {
        package let owner: User
        package let address: String
        package let authentication: Account.Authentication
        package let username: String
        package let imap: ServerSettings
        package let smtp: ServerSettings?

        package init(
            owner: User, address: String, authentication: Account.Authentication, username: String,
            imap: ServerSettings, smtp: ServerSettings?
        ) {
            self.owner = owner
            self.address = address
            self.authentication = authentication
            self.username = username
            self.imap = imap
            self.smtp = smtp
        }
    }

    static let accountColumns = """
        a.organization_id, a.id, a.owner_id, a.address, a.auth_kind, a.username, a.imap_host, a.imap_port,
        a.imap_security, a.smtp_host, a.smtp_port, a.smtp_security, a.state, a.error_code, a.error_text, a.folder_mode,
        a.started_at, a.window_seconds, a.interval_seconds, a.first_sync_completed_at,
        greatest(a.last_synced_at, d.visited_at), d.next_due_at
        """
    static let accountSource = """
        accounts a LEFT JOIN account_dispatch d ON d.organization_id = a.organization_id AND d.account_id = a.id
        """

    /// Stores an account that was signed in to, with its folders and its sealed secret, in state `connected`.
    ///
    /// - Throws: `refused(plan_required)` or `refused(account_limit_reached)` by the organization's plan, judged under a
    ///   lock on the organization's row so that two requests can't both take the last place.
    package func createAccount(
        _ draft: AccountDraft, secret: String, purpose: SecretPurpose, folders: [ListedFolder]
    ) async throws(StoreError) -> Account {
        guard let secrets else { throw .secret("this process has no key ring; set POSTRIDER_MASTER_KEYS_FILE") }
        let key = AccountKey(organizationID: draft.owner.organizationID, accountID: ids.make())
        let dataKey = try secrets.makeDataKey(for: key)
        let sealed = try secrets.seal(secret, purpose: purpose, with: dataKey.key, for: key)
        let rows = folders.map { ($0, ids.make(FolderSubject.self)) }
        return try await transaction { session in
            let plan: Plan =
                try session.query(
                    Statement(
                        "SELECT plan FROM organizations WHERE id = $1 FOR NO KEY UPDATE", key.organizationID
                    )
                ).first.map { try $0.known(0) }
                ?? { throw StoreError.notFound(kind: "organization", id: "\(key.organizationID)") }()
            let connected = try session.query(
                Statement(
                    "SELECT count(*) FROM accounts WHERE organization_id = $1 AND owner_id = $2 AND state <> 'disconnected'",
                    key.organizationID, draft.owner.id
                ))[0].get(0, as: Int64.self)
            if let refusal = Entitlements.refusalToConnect(plan: plan, accountsConnected: Int(connected)) {
                throw StoreError.refused(code: refusal.code, text: refusal.text)
            }
            let account = Account(
                organizationID: key.organizationID, id: key.accountID, ownerID: draft.owner.id, address: draft.address,
                authentication: draft.authentication, username: draft.username, imap: draft.imap, smtp: draft.smtp,
                state: .connected, intervalSeconds: Entitlements.shortestInterval(plan: plan)
            )
            _ = try session.pipeline([
                Statement(
                    """
                    INSERT INTO accounts (organization_id, id, owner_id, address, state, auth_kind, username, imap_host,
                        imap_port, imap_security, smtp_host, smtp_port, smtp_security, interval_seconds)
                    VALUES ($1, $2, $3, $4, 'connected', $5, $6, $7, $8, $9, $10, $11, $12, $13)
                    """,
                    key.organizationID, key.accountID, draft.owner.id, draft.address, draft.authentication.rawValue,
                    draft.username, draft.imap.host, Int32(draft.imap.port), draft.imap.security.rawValue,
                    draft.smtp?.host, draft.smtp.map { Int32($0.port) }, draft.smtp?.security.rawValue,
                    Int32(account.intervalSeconds)
                ),
                Statement(
                    "INSERT INTO account_members (organization_id, account_id, user_id) VALUES ($1, $2, $3)",
                    key.organizationID, key.accountID, draft.owner.id
                ),
                Statement(
                    "INSERT INTO account_addresses (organization_id, account_id, address) VALUES ($1, $2, $3)",
                    key.organizationID, key.accountID, EmailAddress(name: nil, address: draft.address).normalised
                ),
                Statement(
                    "INSERT INTO account_keys (organization_id, account_id, master_key_id, sealed_key) VALUES ($1, $2, $3, $4)",
                    key.organizationID, key.accountID, dataKey.masterKeyID, [UInt8](dataKey.sealed)
                ),
                Statement(
                    "INSERT INTO account_secrets (organization_id, account_id, purpose, sealed) VALUES ($1, $2, $3, $4)",
                    key.organizationID, key.accountID, purpose.rawValue, [UInt8](sealed)
                ),
                Statement(
                    "INSERT INTO account_progress (organization_id, account_id) VALUES ($1, $2)",
                    key.organizationID, key.accountID
                ),
                Statement(
                    "INSERT INTO account_dispatch (organization_id, account_id) VALUES ($1, $2)",
                    key.organizationID, key.accountID
                ),
            ])
            try FolderQueries.upsert(rows, of: key, in: session)
            return account
        }
    }

    package func account(_ id: AccountID) async throws(StoreError) -> Account {
        try await withSession { session in
            let rows = try session.query(
                Statement("SELECT \(Self.accountColumns) FROM \(Self.accountSource) WHERE a.id = $1", id))
            guard let row = rows.first else { throw StoreError.notFound(kind: "account", id: id.description) }
            return try Account(row)
        }
    }

    /// An account by its full key, as workers know it.
    package func account(_ key: AccountKey) async throws(StoreError) -> Account {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    "SELECT \(Self.accountColumns) FROM \(Self.accountSource) WHERE a.organization_id = $1 AND a.id = $2",
                    key.organizationID, key.accountID
                ))
            guard let row = rows.first else {
                throw StoreError.notFound(kind: "account", id: key.accountID.description)
            }
            return try Account(row)
        }
    }

    /// All accounts that aren't removed, or those of one organization, oldest first.
    package func accounts(of organization: OrganizationID? = nil) async throws(StoreError) -> [Account] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.accountColumns) FROM \(Self.accountSource)
                     WHERE a.state <> 'disconnected' AND ($1::uuid IS NULL OR a.organization_id = $1) ORDER BY a.id
                    """,
                    organization
                )
            ).map { try Account($0) }
        }
    }

    /// The account's own addresses, lower-cased.
    package func addresses(of key: AccountKey) async throws(StoreError) -> Set<String> {
        try await withSession { session in
            Set(
                try session.query(
                    Statement(
                        "SELECT address FROM account_addresses WHERE organization_id = $1 AND account_id = $2",
                        key.organizationID, key.accountID
                    )
                ).map { try $0.get(0, as: String.self) })
        }
    }

    /// Opens one of an account's secrets.
    package func secret(_ purpose: SecretPurpose, of key: AccountKey) async throws(StoreError) -> String {
        guard let secrets else { throw .secret("this process has no key ring; set POSTRIDER_MASTER_KEYS_FILE") }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT k.master_key_id, k.sealed_key, s.sealed
                      FROM account_secrets s
                      JOIN account_keys k ON k.organization_id = s.organization_id AND k.account_id = s.account_id
                     WHERE s.organization_id = $1 AND s.account_id = $2 AND s.purpose = $3
                    """,
                    key.organizationID, key.accountID, purpose.rawValue
                ))
            guard let row = rows.first else {
                throw StoreError.secret("account \(key.accountID) has no stored \(purpose.rawValue)")
            }
            let dataKey = try secrets.openDataKey(
                Data(try row.get(1, as: [UInt8].self)), masterKeyID: try row.get(0, as: String.self), for: key)
            return try secrets.open(Data(try row.get(2, as: [UInt8].self)), purpose: purpose, with: dataKey, for: key)
        }
    }

    /// Accepts *Start syncing*: T is now, cut to the second, for the account and each folder that is watched; the account
    /// is due at once. Starting an account that was started already changes nothing and returns it as it is.
    ///
    /// - Throws: `refused(plan_required)`, `refused(folders_not_chosen)`, `refused(account_removed)`.
    package func start(_ id: AccountID) async throws(StoreError) -> Account {
        let now = time.now
        return try await transaction { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT a.organization_id, a.state, a.folder_mode, o.plan, a.started_at
                      FROM accounts a JOIN organizations o ON o.id = a.organization_id
                     WHERE a.id = $1 FOR NO KEY UPDATE OF a
                    """, id
                ))
            guard let row = rows.first else { throw StoreError.notFound(kind: "account", id: id.description) }
            let organization: OrganizationID = try row.get(0)
            if let refusal = Entitlements.refusalToSync(plan: try row.known(3)) {
                throw StoreError.refused(code: refusal.code, text: refusal.text)
            }
            guard try row.known(1, as: AccountState.self) != .disconnected else {
                throw StoreError.refused(code: "account_removed", text: "the account was removed")
            }
            guard !row.isNull(2) else {
                throw StoreError.refused(
                    code: "folders_not_chosen",
                    text: "no folders are chosen yet; run: postrider account choose \(id) --all, or --folders A,B")
            }
            if row.isNull(4) {
                _ = try session.pipeline([
                    Statement(
                        """
                        UPDATE accounts SET state = 'initial_sync', started_at = $3, error_code = NULL, error_text = NULL
                         WHERE organization_id = $1 AND id = $2
                        """, organization, id, now.timestamp
                    ),
                    Statement(
                        """
                        UPDATE folders SET started_at = $3
                         WHERE organization_id = $1 AND account_id = $2 AND selectable AND (chosen OR role = 'sent')
                        """, organization, id, now.timestamp
                    ),
                    Statement(
                        """
                        UPDATE account_dispatch SET next_due_at = now(), dispatched_until = NULL, failures = 0
                         WHERE organization_id = $1 AND account_id = $2
                        """, organization, id
                    ),
                    EventQueries.stateChanged(organization: organization, account: id, to: .initialSync),
                ])
            }
            return try Account(
                session.query(
                    Statement(
                        "SELECT \(Self.accountColumns) FROM \(Self.accountSource) WHERE a.organization_id = $1 AND a.id = $2",
                        organization, id
                    ))[0])
        }
    }

    /// Removes an account: its mail, secrets and settings go at once; returns how many messages went with it.
    package func remove(_ id: AccountID) async throws(StoreError) -> Int {
        let account = try await account(id)
        return try await transaction { session in
            let key = account.key
            let messages = try session.execute(
                Statement(
                    "DELETE FROM messages WHERE organization_id = $1 AND account_id = $2", key.organizationID,
                    key.accountID))
            // Threads go after their messages, which refer to them; all else follows the account's own row.
            _ = try session.execute(
                Statement(
                    "DELETE FROM threads WHERE organization_id = $1 AND account_id = $2", key.organizationID,
                    key.accountID))
            _ = try session.execute(
                Statement(
                    "DELETE FROM accounts WHERE organization_id = $1 AND id = $2", key.organizationID, key.accountID))
            _ = try session.query(
                EventQueries.stateChanged(
                    organization: key.organizationID, account: key.accountID, to: .disconnected))
            return messages
        }
    }

    /// What the first sync has found and done.
    package func progress(of key: AccountKey) async throws(StoreError) -> SyncProgress {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT threads_found, threads_done, messages_found, messages_done, bytes_found, bytes_done, began_at
                      FROM account_progress WHERE organization_id = $1 AND account_id = $2
                    """, key.organizationID, key.accountID
                ))
            var progress = SyncProgress()
            guard let row = rows.first else { return progress }
            progress.threadsFound = try row.get(0, as: Int.self)
            progress.threadsDone = try row.get(1, as: Int.self)
            progress.messagesFound = try row.get(2, as: Int.self)
            progress.messagesDone = try row.get(3, as: Int.self)
            progress.bytesFound = try row.get(4, as: Int.self)
            progress.bytesDone = try row.get(5, as: Int.self)
            progress.beganAt = try row.optionalMoment(6)
            return progress
        }
    }
}

extension Account {
    init(_ row: PostgresRow) throws {
        let smtp: ServerSettings? =
            row.isNull(9)
            ? nil
            : ServerSettings(
                host: try row.get(9), port: Int(try row.get(10, as: Int32.self)), security: try row.known(11))
        let problem: AccountProblem? =
            row.isNull(13)
            ? nil
            : AccountProblem(
                code: try row.get(13), text: try row.getOptional(14, as: String.self) ?? "")
        self.init(
            organizationID: try row.get(0),
            id: try row.get(1),
            ownerID: try row.get(2),
            address: try row.get(3),
            authentication: try row.known(4),
            username: try row.get(5),
            imap: ServerSettings(
                host: try row.get(6), port: Int(try row.get(7, as: Int32.self)), security: try row.known(8)),
            smtp: smtp,
            state: try row.known(12),
            problem: problem,
            folderMode: try row.knownOptional(15),
            startedAt: try row.optionalMoment(16),
            windowSeconds: try row.get(17, as: Int64.self),
            intervalSeconds: Int(try row.get(18, as: Int32.self)),
            firstSyncCompletedAt: try row.optionalMoment(19),
            lastSyncedAt: try row.optionalMoment(20),
            nextDueAt: try row.optionalMoment(21)
        )
    }
}
