import MailModel
import Postgres
import Testing

@testable import MailStore

@Suite("Purging", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct PurgeTests {
    private static let moment = EpochSeconds(StoreDatabase.now)

    /// Deletes messages, as of a second before ``moment``.
    private static func delete(_ headers: [String], uids: [UInt32], of mailbox: Mailbox) async throws {
        var checkpoint = Checkpoint.removing(uids, from: mailbox.inbox)
        for header in headers { checkpoint.soughtOrphans.append(try await mailbox.id(of: header)) }
        try await mailbox.commit(checkpoint)
        for table in ["messages", "message_absences"] {
            try await mailbox.database.execute(
                Statement("UPDATE \(table) SET deleted_at = $1 WHERE deleted_at IS NOT NULL", (moment - 1).timestamp))
        }
    }

    private static func purge(_ mailbox: Mailbox, before moment: EpochSeconds = moment) async throws -> Int? {
        try await mailbox.store.purgeDeleted(of: mailbox.key, deletedBefore: moment, limit: 100)
    }

    @Test("a message that was deleted long enough ago goes with all that hangs on it, and only that")
    func purged() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let big = [UInt8](repeating: 7, count: 1_100_000)
            try await mailbox.commit(
                .test("root@x", in: mailbox.inbox, uid: 1, at: -60, subject: "Root"),
                .test("kept@x", in: mailbox.inbox, uid: 2, answers: ["root@x"]),
                .test("alone@x", in: mailbox.inbox, uid: 3, raw: big), .test("absent@x", in: mailbox.inbox, uid: 4))
            try await Self.delete(["root@x", "alone@x"], uids: [1, 3, 4], of: mailbox)
            #expect(try await Self.purge(mailbox, before: Self.moment - 1) == 0)
            #expect(try await mailbox.store.accountsToPurge(deletedBefore: Self.moment, limit: 5) == [mailbox.key])
            #expect(try await Self.purge(mailbox) == 2)
            #expect(
                try await mailbox.messages().map(\.messageID).compactMap(\.self).sorted() == ["absent@x", "kept@x"])
            #expect(try await database.count("blobs") == 2)
            #expect(try await database.count("blob_chunks") == 0)
            let threads = try await mailbox.threads()
            #expect(threads.count == 2)
            let thread = try #require(threads.first { $0.messageCount == 1 && $0.subject == "Hello" })
            #expect(thread.oldest == EpochSeconds(StoreDatabase.now))
            #expect(try await Self.purge(mailbox) == 0)
            #expect(try await mailbox.store.accountsToPurge(deletedBefore: Self.moment, limit: 5) == [])

            // A reply to what was purged is a reply to mail that isn't stored.
            var reply = NewMessage.test("reply@x", in: mailbox.inbox, uid: 9, answers: ["root@x"])
            reply.claim = TrackedClaim(
                kind: .reply, origin: .user, wanted: [HeaderMessageID(rawValue: "root@x")!])
            #expect(try await mailbox.commit(reply).raisedActions == 1)
        }
    }

    @Test("raw bytes that another message or the quarantine has too are kept, and links that another message bears")
    func shared() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let bytes: [UInt8] = Array("the same".utf8)
            func gmail(_ id: String, uid: UInt32) -> NewMessage {
                .test(
                    "a@x", in: mailbox.inbox, uid: uid, provider: ProviderIdentity(messageID: id, threadID: nil),
                    raw: bytes)
            }
            try await mailbox.commit(gmail("1", uid: 1), gmail("2", uid: 2))
            let id = try await database.value(
                Statement("SELECT id FROM messages WHERE provider_message_id = '1'"), as: MessageID.self)
            var checkpoint = Checkpoint.removing([1], from: mailbox.inbox)
            checkpoint.soughtOrphans = [id]
            try await mailbox.commit(checkpoint)
            let later = EpochSeconds(4_000_000_000)
            #expect(try await Self.purge(mailbox, before: later) == 1)
            #expect(try await database.count("blobs") == 1)
            let seen = Statement("SELECT seen FROM message_references WHERE value = 'a@x'")
            #expect(try await database.value(seen, as: Bool.self))

            let held = NewMessage.test("b@x", in: mailbox.inbox, uid: 3)
            var quarantine = Checkpoint.removing([2], from: mailbox.inbox)
            quarantine.soughtOrphans = [try await mailbox.id(of: "a@x")]
            quarantine.quarantines = [
                .init(
                    folder: held.folder, uidValidity: held.uidValidity, uid: held.uid,
                    sha256: Array(try #require(try await mailbox.messages().first).sha256),
                    raw: RawContent(bytes), reason: "crashed")
            ]
            try await mailbox.commit(quarantine)
            #expect(try await Self.purge(mailbox, before: later) == 1)
            #expect(try await database.count("messages") == 0)
            #expect(try await database.count("blobs") == 1)
            #expect(try await !database.value(seen, as: Bool.self))
        }
    }

    /// Guard: the lane's lock, held alone. Without it a message could go while a checkpoint places it.
    @Test("nothing is purged while a visit writes, and a visit that begins ends a purge under way")
    func alone() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            try await Self.delete(["a@x"], uids: [1], of: mailbox)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let writing = Task {
                try await mailbox.store.transaction(fence: lease) { session in
                    _ = try session.query(Statement("SELECT pg_sleep(1)"))
                }
            }
            let isHeld = Statement(
                """
                SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            #expect(try await database.eventually(isHeld))
            #expect(try await Self.purge(mailbox) == nil)
            try await writing.value
            #expect(try await Self.purge(mailbox) == 1)
        }
    }
}
