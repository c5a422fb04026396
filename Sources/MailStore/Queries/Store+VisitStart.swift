import CallSharing
import MailModel
import Postgres

extension Store {
    /// Takes an account's `read` lane and reads all that its visit begins with, in one round trip that it shares with
    /// whoever else begins a visit just then.
    ///
    /// The former holder of the lane is ended as by ``takeLease(of:lane:)``, though a moment before the new token is
    /// committed: one that begins a transaction in between is refused by its fence, and where it freezes there the visit
    /// after this one ends it.
    ///
    /// - Throws: `notFound` where the account is gone.
    package func beginVisit(of key: AccountKey) async throws(StoreError) -> VisitStart {
        let shared = try await visitStarts.perform([key]) { keys throws(StoreError) in
            let starts = try await Self.unshaken { () throws(StoreError) in
                try await self.withSession { try Self.begin(keys, waits: false, in: $0) }
            }
            // Two visits of one account never run at once; if two tasks ask all the same, each must have its own lease.
            var given: Set<AccountKey> = []
            return keys.map { given.insert($0).inserted ? starts[$0] : nil }
        }
        if let start = shared[0] { return start }
        // Someone had its row locked just then, or it is gone.
        let alone = try await withSession { try Self.begin([key], waits: true, in: $0) }
        guard let start = alone[key] else { throw .notFound(kind: "account", id: key.accountID.description) }
        return start
    }

    /// Takes the lanes of accounts and reads what their visits begin with.
    ///
    /// - Parameter waits: for rows that someone has locked; without it they are passed over.
    static func begin(
        _ keys: [AccountKey], waits: Bool, in session: PostgresSession
    ) throws -> [AccountKey: VisitStart] {
        let organizations = keys.map(\.organizationID.uuid)
        let accounts = keys.map(\.accountID.uuid)
        // Once the tokens are raised, nobody else's commit comes through before this transaction's end: what the later
        // statements read is what the visit finds.
        let rows = try session.pipeline([
            Statement(waits ? takeWaiting : takePassing, organizations, accounts),
            Statement(evictOthers, organizations, accounts),
            Statement(readAccounts, organizations, accounts),
            Statement(readFolders, organizations, accounts),
            Statement(readAddresses, organizations, accounts),
        ])
        var folders: [AccountID: [Folder]] = [:]
        for row in rows[3] { folders[try row.get(17), default: []].append(try Folder(row)) }
        var addresses: [AccountID: Set<String>] = [:]
        for row in rows[4] { addresses[try row.get(0), default: []].insert(try row.get(1)) }
        var stored: [AccountID: (account: Account, openActions: Int, orphans: Int)] = [:]
        for row in rows[2] {
            let account = try Account(row)
            stored[account.id] = (account, try row.get(22), try row.get(23))
        }
        var starts: [AccountKey: VisitStart] = [:]
        for row in rows[0] {
            let key = AccountKey(organizationID: try row.get(0), accountID: try row.get(1))
            guard let found = stored[key.accountID] else { continue }
            starts[key] = VisitStart(
                lease: LaneLease(account: key, lane: .read, token: try row.get(2)), account: found.account,
                folders: folders[key.accountID] ?? [], addresses: addresses[key.accountID] ?? [],
                failures: Int(try row.get(3, as: Int32.self)), openTrackedActions: found.openActions,
                orphans: found.orphans)
        }
        return starts
    }

    /// Locked in the order of the keys, as every batch locks them, so that no two wait for each other.
    private static func take(_ locking: String) -> String {
        """
        WITH locked AS MATERIALIZED (
            SELECT organization_id, account_id FROM account_dispatch
             WHERE (organization_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
             ORDER BY organization_id, account_id FOR NO KEY UPDATE \(locking)
        )
        UPDATE account_dispatch d SET read_token = read_token + 1 FROM locked l
         WHERE d.organization_id = l.organization_id AND d.account_id = l.account_id
        RETURNING d.organization_id, d.account_id, d.read_token, d.failures
        """
    }

    private static let takePassing = take("SKIP LOCKED")
    private static let takeWaiting = take("")

    /// Of the lanes that this very transaction took: a row that it has written bears its id.
    private static let evictOthers = """
        SELECT evict_lanes(array_agg(organization_id), array_agg(account_id), 'read', array_agg(read_token))
          FROM account_dispatch
         WHERE (organization_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
           AND xmin = pg_current_xact_id()::xid
        """

    private static let readAccounts = """
        SELECT \(accountColumns),
               (SELECT count(*) FROM actions t
                 WHERE t.organization_id = a.organization_id AND t.account_id = a.id
                   AND t.state IN ('pending', 'running', 'unknown') AND t.kind IN ('reply', 'forward')
                   AND (t.not_before IS NULL OR t.not_before <= now())),
               (SELECT count(*) FROM message_absences m
                 WHERE m.organization_id = a.organization_id AND m.account_id = a.id AND m.deleted_at IS NULL)
          FROM \(accountSource)
         WHERE (a.organization_id, a.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """

    private static let readFolders = """
        SELECT \(FolderQueries.columns), account_id FROM folders
         WHERE (organization_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND gone_at IS NULL
         ORDER BY path, id
        """

    private static let readAddresses = """
        SELECT account_id, address FROM account_addresses
         WHERE (organization_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """
}
