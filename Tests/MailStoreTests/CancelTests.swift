import Failure
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Cancelling a running job", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct CancelTests {
    /// Guard: the look at the cancelled token in `fence_lane`.
    @Test("a job that was asked to stop commits nothing more; the next lease is free; the other lane never noticed")
    func cancelled() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            _ = try await database.store(.scheduler).dispatchDue(limit: 1, epoch: 1, holdSeconds: 600)
            let read = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let write = try await mailbox.store.takeLease(of: mailbox.key, lane: .write)
            try await mailbox.store.check(read)
            try await database.store(.operator).requestCancel(of: mailbox.key, lane: .read)

            var checkpoint = Checkpoint()
            checkpoint.messages = [.test("one@x", in: mailbox.inbox, uid: 1)]
            let refused = checkpoint
            let error = try await storeError {
                try await mailbox.store.commit(refused, addresses: [], under: read)
            }
            #expect(error.isCancelled && error.disposition == .cancelled)
            #expect(try await database.count("messages") == 0)
            #expect(try await storeError { try await mailbox.store.check(read) }.isCancelled)
            try await mailbox.store.check(write)

            // Due again within an interval and a half, not when the dispatch's hold ends.
            let isLater = Statement(
                "SELECT dispatched_until IS NULL AND next_due_at BETWEEN now() AND now() + interval '451 s' FROM account_dispatch"
            )
            #expect(try await database.value(isLater, as: Bool.self))

            let next = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            #expect(try await mailbox.store.commit(refused, addresses: [], under: next).newMessages == 1)
            // Whoever lost the lane is told that before anything else.
            #expect(try await storeError { try await mailbox.store.check(read) }.isLeaseLost)
        }
    }

    @Test("the fence raises PR002 to whoever asks it in SQL")
    func state() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .write)
            try await mailbox.store.requestCancel(of: mailbox.key, lane: .write)
            let error = await #expect(throws: PostgresError.self) {
                try await database.execute(
                    Statement(
                        "SELECT fence_lane($1, $2, 'write', $3)", mailbox.key.organizationID, mailbox.key.accountID,
                        lease.token))
            }
            #expect(error?.sqlstate == "PR002")
        }
    }

    @Test("cancelling the job of an account that is gone says so")
    func gone() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            _ = try await database.store(.operator).remove(mailbox.account.id)
            let error = try await storeError { try await mailbox.store.requestCancel(of: mailbox.key, lane: .read) }
            #expect(error.isNotFound)
        }
    }
}
