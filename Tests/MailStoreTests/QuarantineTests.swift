import Crypto
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Quarantine", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct QuarantineTests {
    private static let bytes: [UInt8] = Array("Subject: poison\r\n\r\n".utf8)

    private static func holding(_ uid: UInt32, in folder: Folder, raw: [UInt8]? = bytes, reason: String = "crashed")
        -> Checkpoint
    {
        var checkpoint = Checkpoint()
        checkpoint.quarantines = [
            .init(
                folder: folder.id, uidValidity: Mailbox.validity, uid: UID(rawValue: uid)!,
                sha256: raw.map { Array(SHA256.hash(data: $0)) }, raw: raw.map { RawContent($0) }, reason: reason)
        ]
        return checkpoint
    }

    private static func coverage(_ mailbox: Mailbox) async throws -> FolderCoverage {
        try await mailbox.store.coverage(of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key)
    }

    @Test("a quarantined message is held with its raw bytes and its reason, and its UID is known")
    func held() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(Self.holding(4, in: mailbox.inbox, reason: "a\0b"))
            try await mailbox.commit(Self.holding(5, in: mailbox.inbox, raw: nil, reason: ""))
            let all = try await mailbox.store.quarantined(of: mailbox.key, limit: 10)
            #expect(all.map(\.uid.rawValue) == [5, 4] && all.allSatisfy { $0.path == "INBOX" && $0.replayedAt == nil })
            #expect(all[1].reason == "a\u{FFFD}b" && all[1].size == Self.bytes.count)
            #expect(all[1].sha256 == Array(SHA256.hash(data: Self.bytes)))
            #expect(all[0].sha256 == nil && all[0].size == nil && !all[0].reason.isEmpty)
            #expect(
                try await database.value(Statement("SELECT content FROM blobs"), as: [UInt8].self) == Self.bytes)
            #expect(try await Self.coverage(mailbox).skipped[.quarantined]?.description == "4:5")
            #expect(try await mailbox.store.quarantined(of: mailbox.key, before: all[0].id, limit: 10) == [all[1]])
            #expect(try await mailbox.store.quarantined(all[0].id) == all[0])
            // Once more, as after a crash, is the same row, with what was said last.
            try await mailbox.commit(Self.holding(4, in: mailbox.inbox, reason: "stalled"))
            #expect(try await mailbox.store.quarantined(all[1].id).reason == "stalled")
            #expect(try await database.count("quarantine") == 2)
            #expect(try await database.count("blobs") == 1)
        }
    }

    /// Guard: the new token of the lane. Without it the visit under way would say that all is known.
    @Test("a replay makes the UID unknown, the account due, the folder's set compared, and a visit under way stale")
    func replayed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var checkpoint = Self.holding(4, in: mailbox.inbox)
            checkpoint.cursors[mailbox.inbox.id] = FolderCursor(
                uidValidity: Mailbox.validity, uidNext: UID(rawValue: 5), exists: 1, highestModSequence: nil,
                proven: UID(rawValue: 4))
            try await mailbox.commit(checkpoint)
            try await mailbox.commit(Self.holding(3, in: mailbox.inbox))
            let held = try await mailbox.store.quarantined(of: mailbox.key, limit: 10)[1]
            let visit = try await mailbox.store.beginVisit(of: mailbox.key)
            try await database.execute(
                Statement("UPDATE account_dispatch SET next_due_at = now() + interval '1 h', dispatched_until = now()"))
            let operators = try database.store(.operator)
            try await operators.replayQuarantined(held.id)
            #expect(try await storeError { try await mailbox.store.check(visit.lease) }.isLeaseLost)
            #expect(try await Self.coverage(mailbox).allSkipped.description == "3")
            let start = try await mailbox.store.beginVisit(of: mailbox.key)
            let cursor = start.folders.first { $0.id == mailbox.inbox.id }?.cursor
            #expect(cursor?.uidNext == nil && cursor?.proven == UID(rawValue: 4))
            #expect(
                try await database.store(.scheduler).dispatchDue(limit: 9, epoch: 1, holdSeconds: 9).accounts.count == 1
            )
            let replayed = try await operators.quarantined(held.id)
            #expect(replayed.replayedAt != nil)

            // A second replay is nothing; should it fail again, that is a row of its own.
            try await operators.replayQuarantined(held.id)
            try await mailbox.store.check(start.lease)
            #expect(try await operators.quarantined(held.id) == replayed)
            try await mailbox.commit(Self.holding(4, in: mailbox.inbox))
            #expect(try await database.count("quarantine") == 3)
            let unknown = QuarantineID(mailbox.account.id.uuid)
            #expect(try await storeError { try await operators.replayQuarantined(unknown) }.isNotFound)
        }
    }
}
