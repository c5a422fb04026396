import Foundation
import MailModel
import Postgres
import Testing

@testable import MailStore

@Suite("Dead letters", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct DeadLetterTests {
    private static let start = EpochSeconds(StoreDatabase.now)

    private static func job(
        _ resource: String, _ organization: OrganizationID?, queue: String = "sync", kind: String = "sync",
        code: String = "crashed", text: String = "The worker died 3 times", attempts: Int = 3
    ) -> DeadJob {
        DeadJob(
            wakeUp: WakeUp(
                queue: queue, kind: kind, resource: resource, organizationID: organization, gates: ["host:x"],
                priority: 2),
            problem: AccountProblem(code: code, text: text), attempts: attempts, firstFailedAt: start,
            diedAt: start + 60, detail: PostgresJSON(text: #"{"job": 7}"#))
    }

    @Test("a resource has one dead letter, which reads back; burying it again changes what is said of it")
    func buried() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let id = try await mailbox.store.bury(Self.job("read:1", mailbox.organization.id))
            let store = try database.store(.operator)
            #expect(
                try await store.deadLetter(id).0 == DeadLetter(id: id, job: Self.job("read:1", mailbox.organization.id))
            )
            var again = Self.job("read:1", mailbox.organization.id, code: "stuck", attempts: 4)
            again.firstFailedAt = Self.start + 30
            again.diedAt = Self.start + 90
            #expect(try await mailbox.store.bury(again) == id)
            let letters = try await store.deadLetters(limit: 10)
            again.firstFailedAt = Self.start
            #expect(letters == [DeadLetter(id: id, job: again)])
            let unknown = DeadLetterID(mailbox.account.id.uuid)
            #expect(try await storeError { try await store.deadLetter(unknown) }.isNotFound)
        }
    }

    @Test("dead letters are found by queue, kind, organization, error and text, page by page, and grouped by error")
    func searched() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            let own = mailbox.organization.id
            let jobs = [
                Self.job("1", own),
                Self.job("2", own, queue: "actions", kind: "send", code: "refused", text: "550 100% No_"),
                Self.job("3", other.organization.id), Self.job("4", nil, queue: "tasks", kind: "task"),
                Self.job("5", own),
            ]
            for job in jobs { _ = try await mailbox.store.bury(job) }
            let store = try database.store(.operator)
            func found(_ filter: DeadLetterFilter) async throws -> [String] {
                try await store.deadLetters(filter, limit: 10).map(\.job.wakeUp.resource).sorted()
            }
            #expect(try await found(.init()) == ["1", "2", "3", "4", "5"])
            #expect(try await found(.init(queue: "tasks")) == ["4"])
            #expect(try await found(.init(kind: "sync", organizationID: own)) == ["1", "5"])
            #expect(try await found(.init(errorCode: "refused")) == ["2"])
            #expect(try await found(.init(text: "WORKER died")) == ["1", "3", "4", "5"])
            // Signs of LIKE are themselves.
            #expect(try await found(.init(text: "0% no_")) == ["2"])
            #expect(try await found(.init(text: "%")) == ["2"])
            #expect(try await found(.init(ids: [])) == [])

            var paged: [DeadLetter] = []
            while true {
                let page = try await store.deadLetters(after: paged.last?.id, limit: 2)
                if page.isEmpty { break }
                paged += page
            }
            #expect(paged == (try await store.deadLetters(limit: 10)) && paged.count == 5)

            let groups = try await store.deadLetterGroups()
            #expect(groups.map(\.count) == [3, 1, 1])
            #expect(groups.map(\.errorCode) == ["crashed", "refused", "crashed"])
            #expect(groups[1].errorText == "550 100% No_" && groups[0].lastDiedAt == Self.start + 60)
            #expect(try await store.deadLetterGroups(.init(organizationID: own)).map(\.count) == [2, 1])
        }
    }

    @Test("a dead letter comes with the runs of its resource, newest first, milliseconds and all")
    func timeline() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let base = try await database.value(
                Statement("SELECT (extract(epoch FROM now()) * 1000)::int8"), as: Int64.self)
            func run(_ resource: String, _ attempt: Int, _ organization: OrganizationID?) -> JobRun {
                JobRun(
                    organizationID: organization, accountID: organization == nil ? nil : mailbox.account.id,
                    queue: "sync", kind: "sync", resource: resource, outcome: "retry",
                    problem: attempt == 1 ? nil : AccountProblem(code: "c", text: "t"), attempt: attempt, worker: "w1",
                    messages: 3, bytes: 5_000_000_000, startedAt: base + Int64(attempt), finishedAt: base + 1003,
                    id: RunID(UUID()))
            }
            let runs = (1...3).map { run("read:1", $0, mailbox.organization.id) }
            let task = run("task:1", 1, nil)
            try await mailbox.store.append(runs + [task])
            try await mailbox.store.append([])
            let id = try await mailbox.store.bury(Self.job("read:1", mailbox.organization.id))
            let store = try database.store(.operator)
            #expect(try await store.deadLetter(id).1 == runs.reversed())
            #expect(try await store.deadLetter(id, runs: 1).1 == [runs[2]])
            #expect(try await store.jobRuns(of: "task:1", limit: 9) == [task])
        }
    }

    /// Guard: the outbox row in the statement that takes the letter away.
    @Test("retrying takes letters away and wakes their jobs, each once, however many operators ask")
    func retried() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            for number in 0..<30 {
                _ = try await mailbox.store.bury(
                    Self.job("read:\(number)", mailbox.organization.id, code: number < 20 ? "a" : "b"))
            }
            let store = try database.store(.operator)
            let taken = try await withThrowingTaskGroup(of: [WakeUp].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await store.retryDeadLetters(.init(errorCode: "a"), limit: 5) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(taken).count == taken.count)
            let rest = try await store.retryDeadLetters(.init(errorCode: "a"), limit: 100)
            #expect(Set(taken + rest).count == 20 && taken.count + rest.count == 20)
            #expect(rest.allSatisfy { $0.gates == ["host:x"] && $0.queue == "sync" && $0.priority == 2 })
            let one = try await store.deadLetters(limit: 1)[0]
            #expect(try await store.retryDeadLetters(.init(ids: [one.id]), limit: 9) == [one.job.wakeUp])
            #expect(try await database.count("outbox") == 21)
            #expect(try await store.deleteDeadLetters(.init(errorCode: "b"), limit: 4) == 4)
            #expect(try await store.deleteDeadLetters(.init(), limit: 100) == 5)
            #expect(try await database.count("outbox") == 21)
        }
    }

    @Test("a dead sync delays its account, which says why and stays what it was; a paused account isn't touched")
    func delayed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            _ = try await database.store(.scheduler).dispatchDue(limit: 1, epoch: 1, holdSeconds: 600)
            let job = Self.job("read:1", mailbox.organization.id)
            _ = try await mailbox.store.bury(job, delaying: mailbox.key, seconds: 3600)
            let account = try await mailbox.store.account(mailbox.key)
            #expect(account.problem == job.problem && account.state == .initialSync)
            let isDelayed = Statement(
                """
                SELECT dispatched_until IS NULL AND failures = 1
                       AND next_due_at BETWEEN now() + interval '59 min' AND now() + interval '1 h' FROM account_dispatch
                """)
            #expect(try await database.value(isDelayed, as: Bool.self))
            // Never for good: it is due again, and asked for by a person at once.
            try await database.store(.operator).syncNow(mailbox.account.id)
            let due = try await database.store(.scheduler).dispatchDue(limit: 1, epoch: 1, holdSeconds: 600)
            #expect(due.accounts == [mailbox.key])

            try await database.execute(
                Statement("UPDATE accounts SET state = 'paused', error_code = NULL, error_text = NULL"))
            _ = try await mailbox.store.bury(job, delaying: mailbox.key, seconds: 1)
            let paused = try await mailbox.store.account(mailbox.key)
            #expect(paused.problem == nil && paused.nextDueAt == nil)
        }
    }
}
