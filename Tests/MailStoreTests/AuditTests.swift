import MailModel
import MailStore
import Postgres
import Testing

@Suite("The audit log", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct AuditTests {
    private static func filled(_ database: StoreDatabase, _ count: Int = 5) async throws -> Mailbox {
        let mailbox = try await Mailbox.make(in: database)
        let store = try database.store(.operator)
        for number in 1...count {
            let written = try await store.appendAudit(
                organization: mailbox.organization.id, actor: "operator", action: "schedule.pause",
                subject: "schedule:\(number)")
            #expect(written == Int64(number))
        }
        return mailbox
    }

    @Test("entries read back newest first, page by page, each with the hash of the one before; the chain is intact")
    func chain() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Self.filled(database)
            let store = try database.store(.operator)
            let organization = mailbox.organization.id
            let entries = try await store.auditLog(organization: organization, limit: 10)
            #expect(entries.map(\.subject) == (1...5).reversed().map { "schedule:\($0)" })
            for (newer, older) in zip(entries, entries.dropFirst()) { #expect(newer.previousHash == older.hash) }
            #expect(try await store.auditLog(organization: organization, before: 4, limit: 2) == Array(entries[2...3]))
            #expect(try await store.verifyAudit(organization: organization) == .intact(first: 1, count: 5))
            // Each organization has its own, and the installation one.
            #expect(try await store.verifyAudit(organization: nil) == .intact(first: 1, count: 0))
            try await store.appendAudit(organization: nil, actor: "operator", action: "queue.pause", subject: "sync")
            #expect(try await store.auditLog(organization: nil, limit: 9).map(\.number) == [1])
        }
    }

    @Test("appends at once are numbered without a gap, and the chain holds")
    func concurrent() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let organization = mailbox.organization.id
            try await withThrowingTaskGroup(of: Void.self) { group in
                for role in [StoreDatabase.Role.operator, .worker, .scheduler, .api] {
                    let store = try database.store(role)
                    for number in 0..<10 {
                        group.addTask {
                            try await store.appendAudit(
                                organization: organization, actor: role.rawValue, action: "a", subject: "\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let verdict = try await database.store(.operator).verifyAudit(organization: organization)
            #expect(verdict == .intact(first: 1, count: 40))
        }
    }

    /// Guard: the chain of hashes, and its end in audit_heads. The superuser changes rows past the trigger.
    @Test(
        "whoever changes, removes or adds an entry is found out, at the entry",
        arguments: [
            ("UPDATE audit_log SET actor = 'somebody' WHERE number = 3", Int64(3)),
            (
                "UPDATE audit_log SET subject = 'x', hash = audit_hash(previous_hash, organization_id, number, at, actor, action, 'x') WHERE number = 3",
                4
            ),
            ("UPDATE audit_log SET at = at - interval '1 second' WHERE number = 1", 1),
            ("DELETE FROM audit_log WHERE number = 3", 4),
            ("DELETE FROM audit_log WHERE number = 5", 5),
            (
                "INSERT INTO audit_log SELECT organization_id, 6, at, actor, action, subject, hash, audit_hash(hash, organization_id, 6, at, actor, action, subject) FROM audit_log WHERE number = 5",
                6
            ),
            (
                "UPDATE audit_log SET subject = 'x', hash = audit_hash(previous_hash, organization_id, number, at, actor, action, 'x') WHERE number = 5",
                5
            ),
        ])
    func tampered(change: String, found: Int64) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Self.filled(database)
            try await database.administrator.transaction { session in
                try session.script("SET LOCAL session_replication_role = replica")
                #expect(try session.execute(Statement(change)) == 1)
            }
            let verdict = try await database.store(.operator).verifyAudit(organization: mailbox.organization.id)
            #expect(verdict == .broken(at: found))
        }
    }

    @Test("old entries that their retention dropped leave a chain that holds from its first on")
    func retention() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Self.filled(database)
            try await database.administrator.transaction { session in
                try session.script("SET LOCAL session_replication_role = replica")
                try session.execute(Statement("DELETE FROM audit_log WHERE number < 3"))
            }
            let verdict = try await database.store(.operator).verifyAudit(organization: mailbox.organization.id)
            #expect(verdict == .intact(first: 3, count: 3))
        }
    }

    @Test("no role may write to the log but by appending, and not even its owner changes it by accident")
    func appendOnly() async throws {
        try await StoreDatabase.with { database in
            _ = try await Self.filled(database)
            for role in StoreDatabase.Role.allCases {
                for change in ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "DELETE FROM audit_heads"] {
                    let error = await #expect(throws: PostgresError.self) {
                        try await database.pool(role).withSession { try $0.execute(Statement(change)) }
                    }
                    #expect(error?.kind == .insufficientPrivilege, "\(role): \(change)")
                }
            }
            for change in ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"] {
                await #expect(throws: PostgresError.self) { try await database.execute(Statement(change)) }
            }
        }
    }
}
