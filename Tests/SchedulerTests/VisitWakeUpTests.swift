import AccountJobs
import JobQueue
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Wake-ups that the store writes", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct VisitWakeUpTests {
    /// Guard: the names in MailStore, which can't import those of AccountJobs. Another resource would be another job.
    @Test("a tracked action asks for the very job that the scheduler makes for a due account, before what is periodic")
    func sameJob() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var message = NewMessage.test("a@x", in: mailbox.inbox, uid: 1)
            message.claim = TrackedClaim(
                kind: .reply, origin: .user, wanted: [HeaderMessageID(rawValue: "old@x")!])
            try await mailbox.commit(message)
            var woken: [JobRequest] = []
            let scheduler = try database.store(.scheduler)
            _ = try await scheduler.relayOutbox(limit: 10) { rows in woken += rows.map { JobRequest($0.wakeUp) } }
            let due = try await scheduler.dispatchDue(limit: 1, epoch: 1, holdSeconds: 60)
            #expect(woken == due.due.map { AccountJob.sync($0, priority: .interactive) })
            #expect(woken.count == 1)
        }
    }
}
