import MailModel
import MailStore
import Postgres
import Testing

@Suite("Migration 0006", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct ContinuousMigrationTests {
    /// Mail as the release before may have left it: one message placed, one that a changed UIDVALIDITY left nowhere.
    private static let mail = """
        INSERT INTO organizations (id, name, plan) VALUES ('00000000-0000-0000-0000-00000000000a', 'Acme', 'gold');
        INSERT INTO users (organization_id, id, email, name, role)
        SELECT id, id, 'a@example.org', 'A', 'admin' FROM organizations;
        INSERT INTO accounts (organization_id, id, owner_id, address, state, auth_kind, username, imap_host, imap_port,
                              imap_security)
        SELECT id, id, id, 'a@example.org', 'live', 'password', 'a', 'mail.example.org', 993, 'tls' FROM organizations;
        INSERT INTO account_dispatch (organization_id, account_id, next_due_at) SELECT id, id, now() FROM organizations;
        INSERT INTO folders (organization_id, account_id, id, path_raw, path, chosen)
        SELECT id, id, gen_random_uuid(), p::bytea, p, true FROM organizations, unnest(ARRAY['INBOX', 'Empty']) AS u (p);
        INSERT INTO threads (organization_id, account_id, id, oldest_at, newest_at)
        SELECT id, id, id, now(), now() FROM organizations;
        INSERT INTO messages (organization_id, account_id, id, thread_id, sha256, size, header_message_id, received_at,
                              direction, snippet)
        SELECT id, id, gen_random_uuid(), id, h::bytea, 1, h, now(), 'incoming', ''
          FROM organizations, unnest(ARRAY['placed@x', 'lost@x']) AS u (h);
        INSERT INTO message_placements (organization_id, account_id, folder_id, uidvalidity, uid, message_id, flags,
                                        internaldate)
        SELECT m.organization_id, m.account_id, f.id, 7, 1, m.id, '{}', now()
          FROM messages m, folders f WHERE m.header_message_id = 'placed@x' AND f.path = 'INBOX';
        """

    @Test(
        "a database of the release before keeps its rows; what lies nowhere is an orphan, and folders know their mail")
    func upgraded() async throws {
        try await StoreDatabase.with { database in
            try await database.administrator.withSession { session in
                try session.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            }
            let before = Array(StoreMigrations.all.prefix(5))
            _ = try await Migrator(pool: database.administrator, migrations: before).migrate()
            try await database.administrator.withSession { try $0.script(Self.mail) }
            let applied = try await Migrator(pool: database.administrator, migrations: StoreMigrations.all).migrate()
            #expect(applied.map(\.number) == Array(6...StoreMigrations.supported.upperBound))

            let absent = try await database.column(
                Statement("SELECT m.header_message_id FROM message_absences a JOIN messages m ON m.id = a.message_id"),
                as: String.self)
            #expect(absent == ["lost@x"])
            let filled = try await database.column(
                Statement("SELECT path FROM folders WHERE has_placements"), as: String.self)
            #expect(filled == ["INBOX"])

            // The release before changes a choice without knowing what hangs on it.
            try await database.execute(Statement("UPDATE folders SET has_placements = false"))
            try await database.execute(Statement("UPDATE folders SET chosen = false"))
            let due = try await database.column(
                Statement("SELECT path FROM folders WHERE standing_due_at IS NOT NULL AND has_placements"),
                as: String.self)
            #expect(due == ["INBOX"])
        }
    }
}
