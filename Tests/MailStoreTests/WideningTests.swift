import MailModel
import MailStore
import Postgres
import Testing

@Suite("Widening", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct WideningTests {
    private static func proven(_ mailbox: Mailbox) -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.messages = [.test("a@x", in: mailbox.inbox, uid: 3)]
        checkpoint.skips = [(1, SkipReason.tooOld), (2, .oldArrival)].map { uid, reason in
            .init(
                folder: mailbox.inbox.id, uidValidity: Mailbox.validity, uids: UIDSet(normalising: [uid...uid]),
                reason: reason)
        }
        checkpoint.cursors[mailbox.inbox.id] = FolderCursor(
            uidValidity: Mailbox.validity, uidNext: UID(rawValue: 4), exists: 3, highestModSequence: nil,
            proven: UID(rawValue: 3))
        return checkpoint
    }

    /// Guard: the new token of the lane. Without it the visit under way would prove its folders anew.
    @Test("a wider window has the first-sync rule run again, forgets nothing that is placed, and makes a visit stale")
    func wider() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(Self.proven(mailbox))
            try await mailbox.completeFirstSync()
            let visit = try await mailbox.store.beginVisit(of: mailbox.key)
            let operators = try database.store(.operator)
            try await operators.widen(mailbox.account.id, to: 30 * 86_400)
            let error = try await storeError {
                try await mailbox.store.commit(Self.proven(mailbox), addresses: [], under: visit.lease)
            }
            #expect(error.isLeaseLost)

            let start = try await mailbox.store.beginVisit(of: mailbox.key)
            #expect(start.account.windowSeconds == 30 * 86_400 && start.account.state == .live)
            let cursor = start.folders.first { $0.id == mailbox.inbox.id }?.cursor
            #expect(cursor?.proven == nil && cursor?.uidValidity == Mailbox.validity)
            let coverage = try await mailbox.store.coverage(
                of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key)
            #expect(coverage.placed.description == "3")
            // The run replaces what was too old; what came later and was old is judged anew.
            #expect(coverage.skipped.keys.sorted { $0.rawValue < $1.rawValue } == [.tooOld])
            #expect(
                try await database.store(.scheduler).dispatchDue(limit: 9, epoch: 1, holdSeconds: 9).accounts.count == 1
            )

            // The same window again is nothing: what is proven meanwhile stays.
            try await mailbox.commit(Self.proven(mailbox))
            try await operators.widen(mailbox.account.id, to: 30 * 86_400)
            let folders = try await mailbox.store.folders(of: mailbox.key)
            #expect(folders.first { $0.id == mailbox.inbox.id }?.cursor?.proven == UID(rawValue: 3))
        }
    }

    @Test("a window never narrows, and one of an account that isn't started is refused")
    func refused() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let idle = try await Mailbox.make(in: database, address: "carol@example.com", isStarted: false)
            let operators = try database.store(.operator)
            #expect(
                try await storeError { try await operators.widen(mailbox.account.id, to: 3600) }.code
                    == "window_not_wider")
            #expect(
                try await storeError { try await operators.widen(idle.account.id, to: 1 << 40) }.code == "not_started")
            #expect(try await mailbox.store.account(mailbox.key).windowSeconds == 259_200)
        }
    }
}
