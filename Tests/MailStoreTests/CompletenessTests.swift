import Foundation
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Proofs of completeness", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct CompletenessTests {
    @Test("what is known of a folder is what is placed and what is skipped, by reason, as ranges")
    func coverage() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            func coverage(_ validity: UInt32 = 7) async throws -> FolderCoverage {
                try await mailbox.store.coverage(
                    of: mailbox.inbox.id, uidValidity: UIDValidity(rawValue: validity), account: mailbox.key)
            }
            #expect(try await coverage() == FolderCoverage(placed: UIDSet(), skipped: [:]))
            var checkpoint = Checkpoint()
            checkpoint.messages = [1, 2, 3, 7, 9, 10, 4_294_967_295].map {
                .test("\($0)@x", in: mailbox.inbox, uid: $0, flags: $0 == 7 ? [.seen, .flagged] : [])
            }
            checkpoint.skips = [(4...5, SkipReason.tooOld), (8...8, .quarantined)].map {
                .init(
                    folder: mailbox.inbox.id, uidValidity: Mailbox.validity, uids: UIDSet(normalising: [$0]), reason: $1
                )
            }
            try await mailbox.commit(checkpoint)
            let known = try await coverage()
            #expect(known.placed.description == "1:3,7,9:10,4294967295")
            #expect(known.skipped.mapValues(\.description) == [.tooOld: "4:5", .quarantined: "8"])
            #expect(try await coverage(8).placed.isEmpty)
            let rest = try await mailbox.store.coverage(
                of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key, from: UID(rawValue: 5))
            #expect(rest.placed.description == "7,9:10,4294967295")
            #expect(rest.skipped.mapValues(\.description) == [.tooOld: "5", .quarantined: "8"])
            let count = try await mailbox.store.knownCount(
                of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key)
            #expect(count == 10)

            let flags = try await mailbox.store.flags(
                of: UIDSet(normalising: [2...8, 11...20]), in: mailbox.inbox.id, uidValidity: Mailbox.validity,
                account: mailbox.key)
            #expect(flags.keys.map(\.rawValue).sorted() == [2, 3, 7])
            #expect(flags[UID(rawValue: 7)!] == Store.flagText([.flagged, .seen]))
            let none = try await mailbox.store.flags(
                of: UIDSet(), in: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key)
            #expect(none == [:])
        }
    }

    @Test("raw hashes are had by UID, of all or of some")
    func hashes() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let messages = (1...4).map { NewMessage.test("\($0)@x", in: mailbox.inbox, uid: $0) }
            var checkpoint = Checkpoint()
            checkpoint.messages = messages
            try await mailbox.commit(checkpoint)
            let all = try await mailbox.store.placedHashes(
                of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key)
            #expect(all == Dictionary(uniqueKeysWithValues: messages.map { ($0.uid, $0.sha256) }))
            let some = try await mailbox.store.placedHashes(
                of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key,
                in: UIDSet(normalising: [2...2, 4...9]))
            #expect(some.keys.map(\.rawValue).sorted() == [2, 4])
        }
    }

    @Test("audits read back newest first, page by page, as they were recorded")
    func audits() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var recorded: [CompletenessAudit] = []
            for (index, outcome) in CompletenessAudit.Outcome.allCases.enumerated() {
                let uuid = UUID(uuidString: "00000000-0000-7000-8000-00000000000\(index)")!
                let audit = CompletenessAudit(
                    id: AuditID(uuid), isDeep: index == 1, outcome: outcome, detail: #"{"missing": 2}"#,
                    beganAt: EpochSeconds(StoreDatabase.now), finishedAt: EpochSeconds(StoreDatabase.now + 5))
                try await mailbox.store.record(audit, of: mailbox.key)
                recorded.append(audit)
            }
            let operators = try database.store(.operator)
            #expect(try await mailbox.store.pruneAudits(before: EpochSeconds(StoreDatabase.now + 5)) == 0)
            #expect(try await operators.audits(of: mailbox.key, limit: 2) == [recorded[2], recorded[1]])
            #expect(
                try await operators.audits(of: mailbox.key, before: recorded[1].id, limit: 2) == [recorded[0]])
            #expect(try await mailbox.store.pruneAudits(before: EpochSeconds(StoreDatabase.now + 6)) == 3)
        }
    }
}
