import MailStore
import Postgres
import Testing

@Suite("The schema", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct SchemaTests {
    /// Tables that are about no organization, or are no rows of one.
    private static let withoutOrganization = [
        "dead_letters", "job_minutes", "organizations", "outbox", "schedule_ticks", "scheduler_leader", "schedules",
        "schema_migrations", "gate_limits", "queue_controls", "listeners", "connection_holders",
    ]

    @Test("migrations apply to an empty database; applying them again is nothing")
    func migrations() async throws {
        try await StoreDatabase.with { database in
            try await database.administrator.withSession { session in
                try session.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            }
            let migrator = try Migrator(pool: database.administrator, migrations: StoreMigrations.all)
            #expect(try await migrator.appliedVersion() == nil)
            #expect(try await migrator.migrate() == StoreMigrations.all)
            #expect(try await migrator.migrate() == [])
            try await migrator.requireSchema(in: StoreMigrations.supported)
        }
    }

    @Test(
        "every role can ask at its start whether the schema is one that it knows",
        arguments: StoreDatabase.Role.allCases)
    func requiredSchema(role: StoreDatabase.Role) async throws {
        try await StoreDatabase.with { database in
            let migrator = try Migrator(pool: database.pool(role), migrations: StoreMigrations.all)
            try await migrator.requireSchema(in: StoreMigrations.supported)
        }
    }

    @Test("each table's primary key is its newest index, so that the planner takes it where estimates tie")
    func newestIndex() async throws {
        try await StoreDatabase.with { database in
            let offenders = try await database.column(
                Statement(
                    """
                    SELECT c.relname::text FROM pg_class c
                      JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
                     WHERE c.relnamespace = 'public'::regnamespace
                       AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indexrelid > k.indexrelid)
                    """), as: String.self)
            #expect(offenders == [])
            let keyless = try await database.column(
                Statement(
                    """
                    SELECT c.relname::text FROM pg_class c
                     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                       AND NOT EXISTS (SELECT FROM pg_index k WHERE k.indrelid = c.oid AND k.indisprimary)
                    """), as: String.self)
            #expect(keyless == [])
        }
    }

    @Test("every table's primary key leads with the organization, and the mail tables' go on with the account")
    func leadingColumns() async throws {
        try await StoreDatabase.with { database in
            let keys = try await database.column(
                Statement(
                    """
                    SELECT c.relname || ': ' || string_agg(a.attname, ' ' ORDER BY k.position)
                      FROM pg_class c
                      JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
                      CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, position)
                      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
                     WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
                       AND c.relname <> ALL ($1::text[])
                     GROUP BY c.relname ORDER BY c.relname
                    """, Self.withoutOrganization), as: String.self)
            #expect(keys.count >= 20)
            for key in keys { #expect(key.contains(": organization_id"), "\(key)") }
            let mail = [
                "folders", "folder_skips", "threads", "thread_aliases", "messages", "message_participants",
                "message_placements", "message_references", "attachments", "blobs", "blob_chunks", "actions",
                "message_absences", "ancestor_misses", "quarantine", "audits",
            ]
            for table in mail {
                #expect(keys.contains { $0.hasPrefix("\(table): organization_id account_id ") }, "\(table)")
            }
        }
    }

    /// A row each of every table that hangs on an account; $1 is the organization and $2 the account.
    private static let rows = [
        "INSERT INTO account_members VALUES ($1, $2, (SELECT id FROM users WHERE organization_id = $1))",
        "INSERT INTO account_addresses VALUES ($1, $2, 'other@example.org')",
        "INSERT INTO account_keys VALUES ($1, $2, 'k', '')",
        "INSERT INTO account_secrets VALUES ($1, $2, 'access_token', '')",
        "INSERT INTO account_progress (organization_id, account_id) VALUES ($1, $2)",
        "INSERT INTO account_dispatch (organization_id, account_id) VALUES ($1, $2)",
        "INSERT INTO folders (organization_id, account_id, id, path_raw, path) VALUES ($1, $2, gen_random_uuid(), 'p', 'p')",
        """
        INSERT INTO folder_skips SELECT $1, $2, id, 1, 'too_old', '{}' FROM folders WHERE account_id = $2 LIMIT 1
        """,
        "INSERT INTO coverage (organization_id, account_id, from_at, reason) VALUES ($1, $2, now(), 'plan')",
        """
        INSERT INTO threads (organization_id, account_id, id, oldest_at, newest_at)
        VALUES ($1, $2, gen_random_uuid(), now(), now())
        """,
        "INSERT INTO thread_aliases SELECT $1, $2, gen_random_uuid(), id FROM threads WHERE account_id = $2 LIMIT 1",
        """
        INSERT INTO messages (organization_id, account_id, id, thread_id, sha256, size, received_at, direction, snippet)
        SELECT $1, $2, gen_random_uuid(), id, 'another', 1, now(), 'incoming', '' FROM threads WHERE account_id = $2 LIMIT 1
        """,
        """
        INSERT INTO message_participants SELECT $1, $2, id, 'bcc', 0, NULL, 'a', 'a' FROM messages WHERE account_id = $2 LIMIT 1
        """,
        """
        INSERT INTO message_placements
        SELECT $1, $2, p.folder_id, 1, 99, p.message_id, '{}', NULL, NULL, now() FROM message_placements p WHERE account_id = $2
        """,
        "INSERT INTO message_references VALUES ($1, $2, 1, 'x', gen_random_uuid(), false)",
        """
        INSERT INTO attachments SELECT $1, $2, id, '9', NULL, 'text/plain', false, NULL, '7bit', 0, 1, 1
          FROM messages WHERE account_id = $2 LIMIT 1
        """,
        "INSERT INTO blobs VALUES ($1, $2, 'another', 0, '')",
        "INSERT INTO blob_chunks SELECT $1, $2, sha256, 0, '' FROM blobs WHERE account_id = $2 LIMIT 1",
        "INSERT INTO actions (organization_id, account_id, id, kind, state, origin) "
            + "VALUES ($1, $2, gen_random_uuid(), 'k', 'done', 'user')",
        "INSERT INTO message_absences SELECT $1, $2, id FROM messages WHERE account_id = $2 LIMIT 1",
        "INSERT INTO ancestor_misses VALUES ($1, $2, 'x@y', true, now())",
        """
        INSERT INTO quarantine (organization_id, account_id, id, folder_id, uidvalidity, uid, reason, quarantined_at)
        SELECT $1, $2, gen_random_uuid(), id, 1, 1, 'r', now() FROM folders WHERE account_id = $2 LIMIT 1
        """,
        "INSERT INTO audits VALUES ($1, $2, gen_random_uuid(), false, 'complete', '{}', now(), now())",
        """
        INSERT INTO schedules (id, name, expression, zone, target, organization_id, account_id, overlap, catch_up,
                               catch_up_limit, jitter_seconds)
        VALUES (gen_random_uuid(), 'n', 'e', 'UTC', 'account', $1, $2, 'skip', 'none', 1, 0)
        """,
    ]

    /// Guard: the composite foreign keys. With plain ones on the account's id each of these rows would go in.
    @Test("a row whose organization isn't its account's is refused by every table that hangs on an account")
    func compositeKeys() async throws {
        try await StoreDatabase.with { database in
            let own = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            try await own.commit(.test("one@x", in: own.inbox, uid: 1))
            for row in Self.rows {
                let statement = Statement(row, other.organization.id, own.account.id)
                let error = await #expect(throws: PostgresError.self, "\(row)") {
                    try await database.execute(statement)
                }
                #expect(error?.kind == .foreignKeyViolation, "\(row)")
            }
        }
    }
}
