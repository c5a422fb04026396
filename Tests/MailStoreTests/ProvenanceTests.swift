import Foundation
import MailModel
import MailStore
import Postgres
import Testing
import Threading

@Suite("Why a message is here", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct ProvenanceTests {
    private static func id(_ text: String) -> HeaderMessageID { HeaderMessageID(rawValue: text)! }

    @Test("a message knows its run, the rule that took it, what joined it, where it lies and what it raised")
    func whole() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("root@x", in: mailbox.inbox, uid: 1))
            let run = RunID(UUID())
            let now = try await database.value(
                Statement("SELECT (extract(epoch FROM now()) * 1000)::int8"), as: Int64.self)
            var message = NewMessage.test(
                "a@x", in: mailbox.inbox, uid: 2, answers: ["root@x", "lost@x"], flags: [.seen])
            message.takenBy = .arrivalInThread
            message.claim = TrackedClaim(kind: .reply, origin: .correspondent, wanted: [Self.id("lost@x")])
            var checkpoint = Checkpoint()
            checkpoint.messages = [message]
            checkpoint.runID = run
            try await mailbox.commit(checkpoint)
            var why = try #require(try await mailbox.store.why(Self.id("a@x"), of: mailbox.key).first)
            #expect(why.run == run && why.history == nil)
            let job = JobRun(
                organizationID: mailbox.organization.id, accountID: mailbox.account.id, queue: "sync", kind: "sync",
                resource: "read:\(mailbox.account.id)", outcome: "done", attempt: 1, worker: "w1", startedAt: now - 5,
                finishedAt: now + 50, id: run)
            try await mailbox.store.append([job])

            why = try #require(try await database.store(.operator).why(Self.id("a@x"), of: mailbox.key).first)
            #expect(why.history == job && why.takenBy == .arrivalInThread)
            #expect(why.joinedBy == .link(.messageID(Self.id("root@x"))))
            #expect(why.message == (try await mailbox.id(of: "a@x")))
            #expect(why.isInScope && !why.isTrashed && why.deletedAt == nil)
            #expect(why.placements.map(\.path) == ["INBOX"] && why.placements[0].flags == ["\\Seen"])
            #expect(why.actions.map(\.kind) == ["reply"])

            let root = try #require(try await mailbox.store.why(Self.id("root@x"), of: mailbox.key).first)
            #expect(root.joinedBy == nil && root.takenBy == nil && root.run == nil && root.thread == why.thread)
            #expect(try await mailbox.store.why(Self.id("lost@x"), of: mailbox.key) == [])
        }
    }

    @Test("what joined a message is the first of its links that others have: stored, or of the same batch; or a guess")
    func joined() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, answers: ["late@x"]),
                .test("b@x", in: mailbox.inbox, uid: 2, provider: ProviderIdentity(messageID: nil, threadID: "5")),
                .test("c@x", in: mailbox.inbox, uid: 3, provider: ProviderIdentity(messageID: nil, threadID: "5")))
            try await mailbox.commit(.test("late@x", in: mailbox.inbox, uid: 4))
            try await mailbox.commit(.test("plans@x", in: mailbox.inbox, uid: 6, subject: "Plans"))
            try await mailbox.commit(.test("guess@x", in: mailbox.inbox, uid: 5, at: 60, subject: "Re: Plans"))
            func joinedBy(_ text: String) async throws -> JoinedBy? {
                try await mailbox.store.why(Self.id(text), of: mailbox.key).first?.joinedBy
            }
            #expect(try await joinedBy("a@x") == nil)
            #expect(try await joinedBy("b@x") == .link(.providerThread("5")))
            #expect(try await joinedBy("c@x") == .link(.providerThread("5")))
            #expect(try await joinedBy("late@x") == .link(.messageID(Self.id("late@x"))))
            #expect(try await joinedBy("guess@x") == .subject)
        }
    }

    @Test(
        "what joined a message reads back from its text",
        arguments: [
            JoinedBy.subject, .forwardedBlock, .link(.messageID(HeaderMessageID(rawValue: "a:b@x")!)),
            .link(.providerThread("17")), .link(.threadIndexRoot([1, 255])),
        ])
    func text(joined: JoinedBy) {
        #expect(JoinedBy(joined.text) == joined)
        #expect(JoinedBy("9:later") == nil && JoinedBy("nothing") == nil)
    }
}
