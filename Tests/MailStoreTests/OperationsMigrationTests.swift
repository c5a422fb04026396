import MailModel
import MailStore
import Postgres
import Testing

@Suite("Migration 0002", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct OperationsMigrationTests {
    /// An account in each state, due and dispatched, as the release before may have left them.
    private static let accounts = """
        INSERT INTO organizations (id, name, plan) VALUES ('00000000-0000-0000-0000-00000000000a', 'Acme', 'gold');
        INSERT INTO users (organization_id, id, email, name, role)
        SELECT id, id, 'a@example.org', 'A', 'admin' FROM organizations;
        INSERT INTO accounts (organization_id, id, owner_id, address, state, auth_kind, username, imap_host, imap_port,
                              imap_security)
        SELECT o.id, gen_random_uuid(), o.id, 'a@example.org', s.state, 'password', 'a', 'mail.example.org', 993, 'tls'
          FROM organizations o, unnest(ARRAY['connected', 'initial_sync', 'live', 'paused', 'suspended',
                                             'needs_reauthentication', 'unreachable', 'disconnected']) AS s (state);
        INSERT INTO account_dispatch (organization_id, account_id, next_due_at, dispatched_until, dispatched_epoch)
        SELECT organization_id, id, now() - interval '1 s', now() + interval '1 h', 1 FROM accounts;
        INSERT INTO outbox (organization_id, kind, resource, priority) SELECT id, 'sync', 'read:1', 2 FROM organizations;
        """

    @Test("a database of the release before keeps its rows; accounts that can't run stop being due, the others stay")
    func upgraded() async throws {
        try await StoreDatabase.with { database in
            try await database.administrator.withSession { session in
                try session.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            }
            let first = Array(StoreMigrations.all.prefix(1))
            _ = try await Migrator(pool: database.administrator, migrations: first).migrate()
            try await database.administrator.withSession { try $0.script(Self.accounts) }
            let applied = try await Migrator(pool: database.administrator, migrations: StoreMigrations.all).migrate()
            #expect(applied.map(\.number) == Array(2...StoreMigrations.supported.upperBound))

            let due = try await database.column(
                Statement(
                    """
                    SELECT a.state FROM account_dispatch d JOIN accounts a ON a.id = d.account_id
                     WHERE d.runnable AND d.next_due_at <= now() AND d.dispatched_until > now()
                       AND d.dispatched_at IS NOT NULL ORDER BY 1
                    """), as: String.self)
            #expect(due == AccountState.allCases.filter(\.isRunnable).map(\.rawValue).sorted())
            let undue = Statement(
                """
                SELECT count(*) FROM account_dispatch
                 WHERE NOT runnable AND next_due_at IS NULL AND dispatched_until IS NULL
                """)
            #expect(try await database.value(undue, as: Int.self) == 5)
            #expect(try await database.value(Statement("SELECT queue FROM outbox"), as: String.self) == "sync")

            // The release before writes an account that it paused as due: it isn't.
            try await database.execute(
                Statement("UPDATE account_dispatch SET next_due_at = now(), dispatched_until = NULL"))
            let runnable = Statement("SELECT count(*) FROM account_dispatch WHERE next_due_at IS NOT NULL")
            #expect(try await database.value(runnable, as: Int.self) == 3)
        }
    }
}
