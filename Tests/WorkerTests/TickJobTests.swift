import AccountJobs
import Entitlements
import MailModel
import MailStore
import Postgres
import Testing

@testable import JobQueue
@testable import Worker

@Suite("Jobs of ticks", .needsServers) struct TickJobTests {
    private static let tick = EpochSeconds(1_700_000_100)

    private static func isAgain(_ outcome: JobOutcome) -> Bool {
        if case .again = outcome { true } else { false }
    }

    /// As the account's row tells of a dispatch: the mark, and when it was made.
    private static func dispatch(_ rig: Rig) async throws {
        #expect(try await rig.store.dispatchDue(limit: 9, epoch: 1, holdSeconds: 900).due.count == 1)
    }

    @Test("an account's tick asks for one visit, and is done when a visit was completed since it was decided")
    func visited() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            try await rig.execute("UPDATE account_dispatch SET next_due_at = now() + interval '1 hour'")
            let key = try await rig.fired(rig.schedule(.account(mailbox.key)), Self.tick)[0]
            #expect(Self.isAgain(try await rig.carryOut(key)))
            try await Self.dispatch(rig)
            let lease = try await rig.workerStore.takeLease(of: mailbox.key, lane: .read)
            // A visit of before proves nothing.
            try await rig.execute("UPDATE account_dispatch SET visited_at = now() - interval '1 minute'")
            #expect(Self.isAgain(try await rig.carryOut(key)))
            #expect(try await rig.end(of: key) == "")
            try await rig.workerStore.completeQuietVisit(QuietVisit(lease: lease, intervalSeconds: 3_600))
            // Whole seconds: the tick was decided in one before.
            try await rig.execute("UPDATE schedule_ticks SET decided_at = decided_at - interval '1 second'")
            #expect(try await rig.carryOut(key) == .done)
            #expect(try await rig.end(of: key) == "done")
        }
    }

    @Test("it asks once: a visit that fails is repeated at the account's own pace (guard: dispatched since decided)")
    func asksOnce() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            try await rig.execute("UPDATE account_dispatch SET next_due_at = now() + interval '1 hour'")
            let key = try await rig.fired(rig.schedule(.account(mailbox.key)), Self.tick)[0]
            #expect(Self.isAgain(try await rig.carryOut(key)))
            try await Self.dispatch(rig)
            // While it runs, and when it has failed.
            #expect(Self.isAgain(try await rig.carryOut(key)))
            #expect(try await rig.store.hasHeldDispatches())
            let visit = try await rig.claimed(
                AccountJob.syncResource(mailbox.account.id), kind: AccountJob.syncKind, queue: QueueNames.sync,
                organization: "\(mailbox.organization.id)")
            #expect(await rig.handler().handle(visit, .apart(visit)) == .done)
            let due = try await rig.workerStore.account(mailbox.key).nextDueAt
            for _ in 0..<3 { #expect(Self.isAgain(try await rig.carryOut(key))) }
            #expect(try await rig.workerStore.account(mailbox.key).nextDueAt == due)
            #expect(try await rig.store.dispatchDue(limit: 9, epoch: 1, holdSeconds: 900).due.isEmpty)
            #expect(try await rig.end(of: key) == "")
            // Its patience ends, and history says what stood in the way.
            try await rig.execute(
                """
                UPDATE schedule_ticks SET decided_at = decided_at - interval '61 minutes';
                """)
            #expect(try await rig.carryOut(key) == .done)
            #expect(try await rig.end(of: key).hasPrefix("failed: "))
        }
    }

    @Test("a tick that comes late, made up for, jittered or kept back by a paused queue, still asks for its visit")
    func late() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            try await rig.execute("UPDATE account_dispatch SET next_due_at = now() + interval '1 hour'")
            let schedule = try await rig.schedule(.account(mailbox.key))
            let key = try await rig.fired(schedule, Self.tick)[0]
            try await rig.execute("UPDATE schedule_ticks SET decided_at = now() - interval '2 hours'")
            #expect(Self.isAgain(try await rig.carryOut(key)))
            try await Self.dispatch(rig)
            #expect(Self.isAgain(try await rig.carryOut(key)))
            #expect(try await rig.end(of: key) == "")
        }
    }

    @Test("an account that may not run ends its tick as skipped, and says why")
    func notRunnable() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            try await rig.execute("UPDATE accounts SET state = 'paused'")
            let key = try await rig.fired(rig.schedule(.account(mailbox.key)), Self.tick)[0]
            #expect(try await rig.carryOut(key) == .done)
            #expect(try await rig.end(of: key) == "skipped: the account is paused")
        }
    }

    @Test("a selection's tick makes all its accounts due, page by page, and reports how many")
    func selection() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let other = try await Mailbox.make(in: rig.database, address: "carol@example.com")
            try await rig.accounts(2_100, like: mailbox)
            try await rig.execute("UPDATE account_dispatch SET next_due_at = now() + interval '1 hour'")
            let key = try await rig.fired(
                rig.schedule(
                    .selection(organization: mailbox.organization.id, plan: nil, provider: "MAIL.example.org")),
                Self.tick)[0]
            let job = try await rig.claimed(key)
            let context = JobContext.apart(job)
            #expect(await rig.handler().handle(job, context) == .done)
            #expect(context.takeNews()?.done == 2_100)
            #expect(try await rig.end(of: key) == "done")
            let due = "SELECT count(*) FROM account_dispatch WHERE next_due_at <= now()"
            #expect(try await rig.database.value(Statement(due)) == 2_100)
            #expect(try await rig.workerStore.account(other.key).nextDueAt ?? EpochSeconds(0) > rig.workerStore.now)
        }
    }

    @Test("a selection's job that is asked to stop goes back, and its tick stays open")
    func stopped() async throws {
        try await Rig.with { rig in
            _ = try await Mailbox.make(in: rig.database)
            let key = try await rig.fired(
                rig.schedule(.selection(organization: nil, plan: .gold, provider: nil)), Self.tick)[0]
            let outcome = try await rig.carryOut(key) { job in
                let context = JobContext.apart(job)
                context.stopApart()
                return context
            }
            #expect(outcome == .release)
            #expect(try await rig.end(of: key) == "")
        }
    }

    @Test("retention deletes ended ticks and counts older than 30 days, and nothing that is open or younger")
    func retention() async throws {
        try await Rig.with { rig in
            let schedule = try await rig.schedule(.task(MaintenanceTask.retention.rawValue))
            let now = rig.workerStore.now
            let keys = try await rig.fired(schedule, Self.tick, Self.tick + 60, now - 29 * 86_400, now)
            for key in [keys[0], keys[2]] { #expect(try await rig.workerStore.finishTick(key, outcome: "done")) }
            try await rig.workerStore.add(
                [Self.tick, now].map {
                    JobMinute(
                        minute: $0, queue: "sync", kind: "sync", outcome: "done", count: 1, totalMilliseconds: 1,
                        maxMilliseconds: 1)
                })
            #expect(try await rig.carryOut(keys[3]) == .done)
            #expect(try await rig.end(of: keys[3]) == "done")
            let left = try await rig.store.tickHistory(of: schedule.id, limit: 9).map(\.key)
            #expect(left == [keys[3], keys[2], keys[1]])
            #expect(try await rig.database.count("job_minutes") == 1)
        }
    }

    @Test("the task partitions makes the months that are missing")
    func partitions() async throws {
        try await Rig.with { rig in
            let key = try await rig.fired(rig.schedule(.task(MaintenanceTask.partitions.rawValue)), Self.tick)[0]
            let months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass"
            let before: Int = try await rig.database.value(Statement(months))
            let last: String = try await rig.database.value(
                Statement(
                    """
                    SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                     WHERE i.inhparent = 'events'::regclass AND c.relname !~ 'default' ORDER BY c.relname DESC LIMIT 1
                    """))
            try await rig.execute("DROP TABLE \(last)")
            #expect(try await rig.carryOut(key) == .done)
            #expect(try await rig.database.value(Statement(months)) == before)
            #expect(try await rig.end(of: key) == "done")
        }
    }

    @Test("a tick that is finished is not carried out again, though its wake-up comes twice (guard: the open tick)")
    func twice() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let key = try await rig.fired(
                rig.schedule(.selection(organization: nil, plan: nil, provider: nil)), Self.tick)[0]
            #expect(try await rig.carryOut(key) == .done)
            try await rig.execute("UPDATE account_dispatch SET next_due_at = now() + interval '1 hour'")
            #expect(try await rig.carryOut(key) == .done)
            #expect(try await rig.workerStore.account(mailbox.key).nextDueAt ?? EpochSeconds(0) > rig.workerStore.now)
        }
    }

    @Test("a tick whose schedule is gone is nothing to do; one that names none is dead")
    func gone() async throws {
        try await Rig.with { rig in
            let schedule = try await rig.schedule(.task("retention"))
            let key = try await rig.fired(schedule, Self.tick)[0]
            try await rig.database.store(.operator).removeSchedule(schedule.id)
            #expect(try await rig.carryOut(key) == .done)
            for resource in ["tick:x:1", "tick:\(schedule.id)", "tick:\(schedule.id):soon", "other:\(schedule.id):1"] {
                let job = try await rig.claimed(resource, kind: TickJob.kind)
                let outcome = await rig.handler().handle(job, .apart(job))
                guard case .dead(let failure) = outcome else {
                    Issue.record("\(resource): \(outcome)")
                    continue
                }
                #expect(failure.code == "malformed_job" && failure.text.contains(resource))
            }
        }
    }

    @Test("a task that no worker knows is a dead letter, and its tick is finished, so that its schedule goes on")
    func unknownTask() async throws {
        try await Rig.with { rig in
            let key = try await rig.fired(rig.schedule(.task("tidying")), Self.tick)[0]
            let job = try await rig.claimed(key)
            let handler = rig.handler()
            guard case .dead(let failure) = await handler.handle(job, .apart(job)) else {
                Issue.record("it isn't dead")
                return
            }
            try await handler.bury(GivenUpJob(job: job, failure: failure))
            let letter = try #require(try await rig.workerStore.deadLetter(of: job.resource))
            #expect(letter.job.problem.code == "unknown_task" && letter.job.wakeUp.kind == TickJob.kind)
            #expect(try await rig.end(of: key) == "dead: no worker of this version knows the task tidying")
            #expect(try await rig.store.unfinishedTicks(of: key.schedule).isEmpty)
        }
    }
}
