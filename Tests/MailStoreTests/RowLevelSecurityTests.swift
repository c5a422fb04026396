import MailModel
import MailStore
import Postgres
import Testing

@Suite("Row-level security", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct RowLevelSecurityTests {
    /// Two organizations with mail in every table, and a colleague who is no member of the first's account.
    private struct World {
        let alice: Mailbox
        let bob: User
        let carol: Mailbox

        static func make(in database: StoreDatabase) async throws -> World {
            let alice = try await Mailbox.make(in: database)
            let carol = try await Mailbox.make(in: database, address: "carol@example.com")
            let bob = try await database.store(.operator).createUser(
                organization: alice.organization.id, email: "bob@example.org", name: "Bob", role: .admin)
            for mailbox in [alice, carol] {
                try await mailbox.commit(.test("b@x", in: mailbox.inbox, uid: 1, answers: ["a@x"]))
                try await mailbox.commit(.test("c@x", in: mailbox.inbox, uid: 2, answers: ["z@x"]))
                var joining = NewMessage.test("a@x", in: mailbox.inbox, uid: 3, answers: ["z@x"])
                joining.attachments = [
                    NewMessage.Attachment(
                        part: "2", filename: "a.pdf", contentType: "application/pdf", isInline: false, contentID: nil,
                        transferEncoding: "base64", body: 5..<9, size: 3)
                ]
                var checkpoint = Checkpoint()
                checkpoint.messages = [
                    joining,
                    .test("own@x", in: mailbox.inbox, uid: 4, raw: [UInt8](repeating: 7, count: 1_100_000)),
                ]
                checkpoint.skips = [
                    .init(
                        folder: mailbox.inbox.id, uidValidity: UIDValidity(rawValue: 7),
                        uids: UIDSet(normalising: [9...9]), reason: .tooOld)
                ]
                try await mailbox.commit(checkpoint)
                let rows = [
                    "INSERT INTO coverage (organization_id, account_id, from_at, reason) VALUES ($1, $2, now(), 'plan')",
                    """
                    INSERT INTO actions (organization_id, account_id, id, kind, state, origin)
                    VALUES ($1, $2, gen_random_uuid(), 'reply', 'done', 'user')
                    """,
                    """
                    INSERT INTO job_history (organization_id, account_id, id, kind, outcome, started_at, finished_at)
                    VALUES ($1, $2, gen_random_uuid(), 'sync', 'done', now(), now())
                    """,
                    """
                    INSERT INTO schedules (id, name, expression, zone, target, organization_id, account_id, overlap,
                                           catch_up, catch_up_limit, jitter_seconds)
                    VALUES (gen_random_uuid(), $2::uuid::text, '@every 5m', 'UTC', 'account', $1, $2::uuid, 'skip', 'none', 1, 0)
                    """,
                    """
                    INSERT INTO dead_letters (organization_id, id, queue, kind, resource, gates, priority, error_code,
                                              error_text, attempts, first_failed_at, died_at)
                    VALUES ($1, gen_random_uuid(), 'sync', 'sync', $2::uuid::text, '{}', 2, 'c', 't', 1, now(), now())
                    """,
                    "SELECT append_audit($1, 'operator', 'account.start', $2::uuid::text)",
                    """
                    INSERT INTO quarantine (organization_id, account_id, id, folder_id, uidvalidity, uid, reason,
                                            quarantined_at)
                    SELECT $1, $2, gen_random_uuid(), id, 1, 1, 'r', now() FROM folders WHERE account_id = $2 LIMIT 1
                    """,
                    "INSERT INTO audits VALUES ($1, $2, gen_random_uuid(), false, 'complete', '{}', now(), now())",
                ]
                for row in rows {
                    try await database.execute(Statement(row, mailbox.organization.id, mailbox.account.id))
                }
            }
            return World(alice: alice, bob: bob, carol: carol)
        }
    }

    private static let mail = [
        "threads", "messages", "message_participants", "message_placements", "attachments", "blobs", "blob_chunks",
    ]

    /// How many rows of each table someone sees through the API's login; `organization` narrows to one's rows.
    private func seen(
        _ tables: [String], in database: StoreDatabase, by who: (OrganizationID, UserID)?,
        of organization: OrganizationID? = nil
    ) async throws -> [String: Int] {
        try await database.pool(.api).transaction { session in
            if let who {
                _ = try session.query(
                    Statement(
                        "SELECT set_config('postrider.organization', $1, true), set_config('postrider.user', $2, true)",
                        who.0.description, who.1.description))
            }
            var counts: [String: Int] = [:]
            for table in tables {
                let column = table == "organizations" ? "id" : "organization_id"
                counts[table] = try session.query(
                    Statement("SELECT count(*) FROM \(table) WHERE $1::uuid IS NULL OR \(column) = $1", organization)
                )[0].get(0, as: Int.self)
            }
            return counts
        }
    }

    private func tablesWithPolicies(_ database: StoreDatabase) async throws -> [String] {
        try await database.column(
            Statement("SELECT DISTINCT tablename::text FROM pg_policies ORDER BY 1"), as: String.self)
    }

    @Test(
        "every table has row-level security but those that hold ids only, and the API may read only tables with a policy"
    )
    func everyTable() async throws {
        try await StoreDatabase.with { database in
            let open = try await database.column(
                Statement(
                    """
                    SELECT relname::text FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                       AND NOT relrowsecurity ORDER BY 1
                    """), as: String.self)
            #expect(
                open == [
                    "account_dispatch", "connection_holders", "connection_permits", "gate_limits", "job_minutes",
                    "listeners", "outbox", "queue_controls", "schedule_ticks", "scheduler_leader", "schema_migrations",
                ])
            let readable = try await database.column(
                Statement(
                    """
                    SELECT relname::text FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                       AND relname <> 'schema_migrations' AND has_table_privilege('postrider_api', oid, 'SELECT')
                     ORDER BY 1
                    """), as: String.self)
            #expect(readable == (try await tablesWithPolicies(database)))
            let writable = Statement(
                """
                SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                   AND has_table_privilege('postrider_api', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                """)
            #expect(try await database.value(writable, as: Int.self) == 0)
        }
    }

    /// Guard: the policies of each table. The reader's own rows show that the tables are neither empty nor closed.
    @Test("another tenant's rows are invisible in every table with a policy, and one's own are there")
    func tenants() async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            let tables = try await tablesWithPolicies(database)
            #expect(tables.count == 26)
            let carol = (world.carol.organization.id, world.carol.user.id)
            let foreign = try await seen(tables, in: database, by: carol, of: world.alice.organization.id)
            let own = try await seen(tables, in: database, by: carol, of: world.carol.organization.id)
            for table in tables {
                #expect(foreign[table] == 0, "\(table)")
                #expect((own[table] ?? 0) > 0, "\(table)")
            }
        }
    }

    @Test("a user's id of one organization under the settings of another opens nothing of either's mail")
    func mixedSettings() async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            let mixed = (world.alice.organization.id, world.carol.user.id)
            for (table, count) in try await seen(Self.mail, in: database, by: mixed) { #expect(count == 0, "\(table)") }
        }
    }

    @Test("without settings nothing is visible at all, also on a connection that had them in a transaction before")
    func withoutSettings() async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            let tables = try await tablesWithPolicies(database)
            for (table, count) in try await seen(tables, in: database, by: nil) { #expect(count == 0, "\(table)") }
            let alice = (world.alice.organization.id, world.alice.user.id)
            #expect(try await seen(["messages"], in: database, by: alice) == ["messages": 4])
            for (table, count) in try await seen(tables, in: database, by: nil) { #expect(count == 0, "\(table)") }
        }
    }

    /// Guard: the user in the policies, not the organization alone. Bob is even an admin.
    @Test("a colleague's private mail is invisible, content and raw bytes alike; states and counts are not")
    func colleague() async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            let bob = (world.alice.organization.id, world.bob.id)
            let closed =
                Self.mail + [
                    "thread_aliases", "message_references", "folders", "folder_skips", "account_addresses", "actions",
                    "quarantine", "audits",
                ]
            for (table, count) in try await seen(closed, in: database, by: bob) { #expect(count == 0, "\(table)") }
            let open = ["accounts": 1, "users": 2, "organizations": 1, "account_progress": 1]
            #expect(try await seen(Array(open.keys), in: database, by: bob) == open)
        }
    }

    @Test(
        "a thread shared with the organization is visible to a colleague with all that hangs on it, and nothing besides"
    )
    func shared() async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            let thread = try #require(try await world.alice.threads().first { $0.messageCount == 3 })
            try await database.execute(
                Statement("UPDATE threads SET visibility = 'organization' WHERE id = $1", thread.id))
            let bob = (world.alice.organization.id, world.bob.id)
            let counts = try await seen(
                Self.mail + ["thread_aliases", "folders", "message_references"], in: database, by: bob)
            #expect(
                counts == [
                    "threads": 1, "messages": 3, "message_participants": 6, "message_placements": 3, "attachments": 1,
                    "blobs": 3, "blob_chunks": 0, "thread_aliases": 1, "folders": 0, "message_references": 0,
                ])
            let carol = (world.carol.organization.id, world.carol.user.id)
            let foreign = try await seen(Self.mail, in: database, by: carol, of: world.alice.organization.id)
            for (table, count) in foreign { #expect(count == 0, "\(table)") }
        }
    }

    @Test("a member sees the account's mail, and no longer once he isn't one")
    func member() async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            let bob = (world.alice.organization.id, world.bob.id)
            try await database.execute(
                Statement(
                    "INSERT INTO account_members VALUES ($1, $2, $3)", bob.0, world.alice.account.id, bob.1))
            #expect(try await seen(["messages", "folders"], in: database, by: bob) == ["messages": 4, "folders": 8])
            try await database.execute(Statement("DELETE FROM account_members WHERE user_id = $1", bob.1))
            #expect(try await seen(["messages", "folders"], in: database, by: bob) == ["messages": 0, "folders": 0])
        }
    }

    @Test(
        "secrets, dispatch and wake-ups can't be read by the API's login, nor partitions past their parent's policy",
        arguments: [
            "account_secrets", "account_keys", "account_dispatch", "outbox",
            "audit_heads", "message_absences", "ancestor_misses", "partition",
        ])
    func refused(table: String) async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            var name = table
            if table == "partition" {
                name = try await database.value(Statement("SELECT min(inhrelid::regclass::text) FROM pg_inherits"))
            }
            let alice = (world.alice.organization.id, world.alice.user.id)
            let wanted = name
            let error = await #expect(throws: PostgresError.self) { try await seen([wanted], in: database, by: alice) }
            #expect(error?.kind == .insufficientPrivilege)
        }
    }

    @Test("a worker copies rows in past the policies; the API's login can't write at all")
    func copy() async throws {
        try await StoreDatabase.with { database in
            let world = try await World.make(in: database)
            var buffer = CopyBuffer(
                table: "blobs", columns: ["organization_id", "account_id", "sha256", "size", "content"])
            buffer.row { row in
                row.append(world.alice.organization.id.uuid)
                row.append(world.alice.account.id.uuid)
                row.append([UInt8](repeating: 1, count: 32))
                row.append(Int64(0))
                row.append([UInt8]())
            }
            let rows = buffer
            let error = await #expect(throws: PostgresError.self) {
                try await database.pool(.api).withSession { try $0.copyIn(rows) }
            }
            #expect(error?.kind == .insufficientPrivilege)
            #expect(try await database.pool(.worker).withSession { try $0.copyIn(rows) } == 1)
        }
    }
}
