import AccountJobs
import Foundation
import MailModel
import MailStore
import Postgres
import Redis
import Testing

@testable import JobQueue
@testable import Scheduler

@Suite("Dispatching accounts", .needsServers) struct DispatchServiceTests {
    @Test("only accounts that are due and may run get a job; it holds the gates of account, organization and host")
    func due() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let later = try await Mailbox.make(in: rig.database, address: "carol@example.com")
            let paused = try await Mailbox.make(in: rig.database, address: "dan@example.com")
            _ = try await Mailbox.make(in: rig.database, address: "eve@example.com", isStarted: false)
            try await rig.database.execute(
                Statement(
                    "UPDATE account_dispatch SET next_due_at = now() + interval '1 minute' WHERE account_id = $1",
                    later.account.id))
            try await rig.database.execute(
                Statement("UPDATE accounts SET state = 'paused' WHERE id = $1", paused.account.id))
            let duties = try await rig.scheduler()
            #expect(try await duties.dispatching.runOnce() == 1)
            let job = try #require(try await rig.details().first)
            #expect(try await rig.jobs() == ["read:\(mailbox.account.id)"])
            #expect(
                job.gates == [
                    "account:\(mailbox.account.id)", "organization:\(mailbox.organization.id)", "host:mail.example.org",
                ])
            #expect(job.kind == "sync" && job.queue == "sync" && job.priority == .periodic)
            #expect(job.organization == "\(mailbox.organization.id)")
            #expect(try await duties.dispatching.runOnce() == 0 && duties.dispatching.dispatched == 1)
        }
    }

    @Test("the lag is how long the longest due account had waited, and nothing once none waits")
    func lag() async throws {
        try await Rig.with { rig in
            _ = try await Mailbox.make(in: rig.database)
            try await rig.execute("UPDATE account_dispatch SET next_due_at = now() - interval '90 seconds'")
            let dispatching = try await rig.scheduler().dispatching
            #expect(dispatching.lastSuccess == nil)
            _ = try await dispatching.runOnce()
            #expect((90..<150).contains(dispatching.lagSeconds) && dispatching.lastSuccess != nil)
            _ = try await dispatching.runOnce()
            #expect(dispatching.lagSeconds == 0)
        }
    }

    @Test("who doesn't lead, or has an unsettled queue, dispatches nothing; the follower is ready all the same")
    func follower() async throws {
        try await Rig.with { rig in
            _ = try await Mailbox.make(in: rig.database)
            _ = try await rig.leader("other")
            let follower = try await rig.scheduler("a")
            #expect(try await follower.dispatching.runOnce() == 0 && follower.dispatching.lastSuccess != nil)
            let unsettled = Duties(rig: rig, leadership: try await rig.leader("other"))
            #expect(try await unsettled.dispatching.runOnce() == 0 && unsettled.dispatching.lastSuccess == nil)
            #expect(try await rig.jobs() == [])
        }
    }

    @Test("of two leaders at once, each account is dispatched by one (guard: the compare-and-set of the mark)")
    func twoLeaders() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let (first, second) = try await rig.twoLeaders()
            #expect(first.leadership.leads && second.leadership.leads)
            try await rig.accounts(200, like: mailbox)
            _ = try await (first.dispatching.runOnce(), second.dispatching.runOnce())
            try await rig.execute("UPDATE account_dispatch SET next_due_at = now(), dispatched_until = NULL")
            let before = first.dispatching.dispatched + second.dispatching.dispatched
            async let some = first.dispatching.runOnce()
            async let others = second.dispatching.runOnce()
            _ = try await (some, others)
            // What one was marking, the other passed over.
            _ = try await first.dispatching.runOnce()
            #expect(first.dispatching.dispatched + second.dispatching.dispatched - before == 200)
            #expect(try await rig.jobs().count == 200)
        }
    }

    @Test("a new leader asks again for the last minute's dispatches, once a term (guard: repeatRecent)")
    func newLeader() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let other = try await Mailbox.make(in: rig.database, address: "carol@example.com")
            // The one before died between its mark and its job; the other account's was long ago.
            #expect(try await rig.store.dispatchDue(limit: 9, epoch: 1, holdSeconds: 900).due.count == 2)
            try await rig.database.execute(
                Statement(
                    "UPDATE account_dispatch SET dispatched_at = now() - interval '61 seconds' WHERE account_id = $1",
                    other.account.id))
            let duties = try await rig.scheduler()
            #expect(try await duties.dispatching.runOnce() == 0)
            #expect(try await rig.jobs() == ["read:\(mailbox.account.id)"])
            try await rig.loseJobs()
            _ = try await duties.dispatching.runOnce()
            #expect(try await rig.jobs() == [])
            // Its hold ends, and it leads again: whatever happened meanwhile is looked after.
            try await duties.leadership.resign()
            try await duties.leadership.tryOnce()
            _ = try await duties.dispatching.runOnce()
            #expect(try await rig.jobs() == ["read:\(mailbox.account.id)"])
        }
    }

    @Test(
        "accounts whose jobs Redis refused are asked for first once it takes jobs again, and no others marked meanwhile",
        .needsRedisServer)
    func refused() async throws {
        try await PrivateRedisServer.with { server in
            try await Rig.with(on: server) { rig in
                let mailbox = try await Mailbox.make(in: rig.database)
                try await rig.accounts(20, like: mailbox)
                var settings = DispatchService.Settings()
                settings.batch = 5
                settings.repeatSeconds = 0.2
                let duties = try await rig.scheduler()
                let dispatching = DispatchService(
                    store: rig.store, queues: rig.queues, keeper: duties.keeper, leadership: duties.leadership,
                    settings: settings, log: Rig.log)
                #expect(try await dispatching.runOnce() == 5)
                _ = try await rig.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
                for _ in 0..<3 {
                    await #expect(throws: JobQueueError.self) { _ = try await dispatching.runOnce() }
                }
                let marked = Statement("SELECT count(*) FROM account_dispatch WHERE dispatched_until IS NOT NULL")
                #expect(try await rig.database.value(marked) == 10)
                #expect(dispatching.dispatched == 5)
                // However long that lasts.
                let end = ContinuousClock.now + .milliseconds(300)
                try await rig.eventually("the usual time is over") { .now > end }
                _ = try await rig.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
                while try await dispatching.runOnce() > 0 {}
                #expect(try await rig.jobs().count == 20)
            }
        }
    }

    @Test("a shard that is away keeps no other's accounts waiting, and gets its own once it is back", .needsRedisServer)
    func away() async throws {
        try await Rig.withTwoServers { rig, queues, server in
            let (here, there) = (queues.shards[0], queues.shards[1])
            let leadership = try await rig.leader()
            let keeper = QueueKeeper(store: rig.store, queues: queues, leadership: leadership, log: Rig.log)
            let dispatching = DispatchService(
                store: rig.store, queues: queues, keeper: keeper, leadership: leadership, log: Rig.log)
            var mailboxes: [Int: Mailbox] = [:]
            while mailboxes.count < 2 {
                let mailbox = try await Mailbox.make(in: rig.database)
                mailboxes[queues.index(of: "\(mailbox.organization.id)")] = mailbox
            }
            let mine = try #require(mailboxes[0]).account.id
            let due = "UPDATE account_dispatch SET next_due_at = now(), dispatched_until = NULL"
            try await keeper.lookOnce()
            try await rig.eventually("it is settled") {
                try await keeper.lookOnce()
                return keeper.standing != .unsettled
            }
            _ = try await dispatching.runOnce()
            let before = try #require(await here.jobs().jobs.first { $0.resource == "read:\(mine)" })
            #expect(before.state == .ready)
            _ = try await here.purge(queue: QueueNames.sync)
            server.signal(SIGSTOP)
            try await rig.execute(due)
            // What nobody knows yet is a failure, of that shard alone.
            await #expect(throws: JobQueueError.self) { _ = try await dispatching.runOnce() }
            #expect(try await here.jobs().jobs.contains { $0.resource == "read:\(mine)" })
            _ = try await here.purge(queue: QueueNames.sync)
            try await keeper.lookOnce()
            for _ in 0..<3 {
                try await rig.execute(due)
                #expect(try await dispatching.runOnce() > 0)
                #expect(try await here.jobs().jobs.contains { $0.resource == "read:\(mine)" })
                _ = try await here.purge(queue: QueueNames.sync)
            }
            server.signal(SIGCONT)
            try await rig.eventually("it is back") {
                try await keeper.lookOnce()
                return if case .settled(_, let away) = keeper.standing { away.isEmpty } else { false }
            }
            while try await there.purge(queue: QueueNames.sync) > 0 {}
            _ = try await dispatching.runOnce()
            let theirs = try #require(mailboxes[1]).account.id
            #expect(try await there.jobs().jobs.contains { $0.resource == "read:\(theirs)" })
        }
    }
}
