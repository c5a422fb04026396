import MailStore
import Postgres
import Testing

@Suite("Dispatch lag", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct DispatchLagTests {
    private func makeDue(_ due: String, dispatchedUntil: String = "NULL", _ mailbox: Mailbox) async throws {
        try await mailbox.database.execute(
            Statement(
                """
                INSERT INTO account_dispatch (organization_id, account_id, next_due_at, dispatched_until)
                SELECT organization_id, id, \(due), \(dispatchedUntil) FROM accounts WHERE id = $1
                    ON CONFLICT (organization_id, account_id) DO UPDATE
                   SET next_due_at = excluded.next_due_at, dispatched_until = excluded.dispatched_until
                """, mailbox.account.id))
    }

    @Test(
        "the lag is that of the account which is due longest and has no job; who has one, or isn't due, doesn't count")
    func lag() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = try database.store(.scheduler)
            // given an account that is not due
            try await makeDue("now() + interval '1 minute'", mailbox)
            #expect(try await store.dispatchLagSeconds() == 0)
            // given one that nobody wants
            try await makeDue("NULL", mailbox)
            #expect(try await store.dispatchLagSeconds() == 0)
            // given one that is due and waits
            try await makeDue("now() - interval '100 seconds'", mailbox)
            let lag = try await store.dispatchLagSeconds()
            #expect(lag >= 100 && lag < 160)
            // given one whose job's hold has passed
            try await makeDue("now() - interval '100 seconds'", dispatchedUntil: "now() - interval '1 second'", mailbox)
            #expect(try await store.dispatchLagSeconds() >= 100)
            // given one that has a job
            try await makeDue("now() - interval '100 seconds'", dispatchedUntil: "now() + interval '1 minute'", mailbox)
            #expect(try await store.dispatchLagSeconds() == 0)
        }
    }
}
