import MailModel
import MailStore
import Postgres
import Testing
import Threading

@Suite("Threads in the store", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct ThreadTests {
    /// Two threads, each a reply to an ancestor that isn't stored, and the ancestor that makes them one.
    private static func join(_ mailbox: Mailbox) async throws -> (older: ThreadID, younger: ThreadID) {
        try await mailbox.commit(
            .test("b@x", in: mailbox.inbox, uid: 1, at: -20, answers: ["a@x"], subject: "Re: Plan"))
        let older = try #require(try await mailbox.threads().first).id
        try await mailbox.commit(
            .test("c@x", in: mailbox.inbox, uid: 2, at: -10, answers: ["z@x"], subject: "Re: Other"))
        let younger = try #require(try await mailbox.threads().first { $0.id != older }).id
        return (older, younger)
    }

    private static func ancestor(_ mailbox: Mailbox) -> NewMessage {
        .test("a@x", in: mailbox.inbox, uid: 3, at: -30, answers: ["z@x"], subject: "Plan", from: "dan@example.net")
    }

    @Test("a late ancestor joins two threads into the older; counts, dates, subject and the alias are right")
    func lateAncestor() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let (older, younger) = try await Self.join(mailbox)
            #expect(try await mailbox.threads().map(\.messageCount) == [1, 1])
            let result = try await mailbox.commit(Self.ancestor(mailbox))
            #expect(result.joinedThreads == 1 && result.newThreads == 0 && result.newMessages == 1)

            let thread = try #require(try await mailbox.threads().first)
            #expect(try await mailbox.threads().count == 1 && thread.id == min(older, younger))
            #expect(thread.messageCount == 3 && thread.subject == "Plan")
            #expect(
                thread.oldest.rawValue == StoreDatabase.now - 30 && thread.newest.rawValue == StoreDatabase.now - 10)
            #expect(thread.participants == ["dan@example.net", "bob@example.net"])
            let messages = try await mailbox.store.messages(of: thread)
            #expect(messages.map(\.messageID) == ["a@x", "b@x", "c@x"])
            #expect(messages.allSatisfy { $0.threadID == thread.id })
            #expect(try await mailbox.store.thread(older) == thread)
            #expect(try await mailbox.store.thread(younger) == thread)

            let rows = try await database.mailRows()
            try await mailbox.commit(Self.ancestor(mailbox))
            #expect(try await database.mailRows() == rows)
            // What was joined stays joined for mail that comes later.
            try await mailbox.commit(.test("d@x", in: mailbox.inbox, uid: 4, answers: ["c@x"]))
            #expect(try await mailbox.threads().map(\.messageCount) == [4])
        }
    }

    @Test("a join of joined threads leads every old id to the one that stays, by one step")
    func chain() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            // Given three threads, the oldest made first; the two younger are joined, then all.
            try await mailbox.commit(.test("1@x", in: mailbox.inbox, uid: 1, answers: ["p@x"]))
            try await mailbox.commit(.test("2@x", in: mailbox.inbox, uid: 2, answers: ["q@x"]))
            try await mailbox.commit(.test("3@x", in: mailbox.inbox, uid: 3, answers: ["r@x"]))
            let ids = try await mailbox.threads().map(\.id)
            try await mailbox.commit(.test("q@x", in: mailbox.inbox, uid: 4, answers: ["r@x"]))
            try await mailbox.commit(.test("p@x", in: mailbox.inbox, uid: 5, answers: ["q@x"]))
            let stays = try #require(try await mailbox.threads().first)
            #expect(try await mailbox.threads() == [stays] && stays.messageCount == 5)
            for id in ids { #expect(try await mailbox.store.thread(id) == stays) }
            let steps = Statement(
                "SELECT count(*) FROM thread_aliases a JOIN thread_aliases b ON b.alias_id = a.thread_id")
            #expect(try await database.value(steps, as: Int.self) == 0)
            #expect(try await database.count("thread_aliases") == 2)
        }
    }

    @Test(
        "a joined thread is as private as the more private of the two",
        arguments: [
            ("organization", "private", "private"), ("private", "organization", "private"),
            ("organization", "organization", "organization"), ("private", "private", "private"),
        ])
    func visibility(older: String, younger: String, joined: String) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let threads = try await Self.join(mailbox)
            for (thread, visibility) in [(threads.older, older), (threads.younger, younger)] {
                try await database.execute(
                    Statement("UPDATE threads SET visibility = $2 WHERE id = $1", thread, visibility))
            }
            try await mailbox.commit(Self.ancestor(mailbox))
            #expect(try await mailbox.threads().map(\.visibility) == [joined])
        }
    }

    @Test("a reply whose ancestor is stored, or comes in the same batch, needs no join; the order within it is nothing")
    func orderWithinBatch() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("c@x", in: mailbox.inbox, uid: 3, at: -10, answers: ["a@x", "b@x"]),
                .test("a@x", in: mailbox.inbox, uid: 1, at: -30, subject: "First"),
                .test("b@x", in: mailbox.inbox, uid: 2, at: -20, answers: ["a@x"]))
            let result = try await mailbox.commit(.test("d@x", in: mailbox.inbox, uid: 4, answers: ["c@x"]))
            #expect(result.newThreads == 0 && result.joinedThreads == 0)
            let threads = try await mailbox.threads()
            #expect(threads.map(\.messageCount) == [4] && threads[0].subject == "First")
        }
    }

    @Test("a provider's thread id joins what has no other link")
    func providerThread() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let provider = { ProviderIdentity(messageID: $0, threadID: "77") }
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1, provider: provider("1")))
            try await mailbox.commit(.test(nil, in: mailbox.inbox, uid: 2, provider: provider("2")))
            #expect(try await mailbox.threads().map(\.messageCount) == [2])
        }
    }

    @Test("a reply without references is joined by subject, people and time, and says that it was a guess")
    func guess() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, at: -86_400, subject: "Quarterly figures"),
                .test("other@x", in: mailbox.inbox, uid: 2, at: -86_400, subject: "Figures"))
            try await mailbox.commit(
                .test("b@x", in: mailbox.inbox, uid: 3, subject: "Re: Quarterly figures"),
                .test("c@x", in: mailbox.inbox, uid: 4, subject: "Re: Quarterly figures", from: "stranger@example.com"))
            let messages = try await mailbox.messages()
            func message(_ id: String) throws -> StoredMessage { try #require(messages.first { $0.messageID == id }) }
            #expect(try message("b@x").threadID == message("a@x").threadID)
            #expect(try message("b@x").isThreadGuessed && !message("a@x").isThreadGuessed)
            #expect(try message("c@x").threadID != message("a@x").threadID && !message("c@x").isThreadGuessed)
        }
    }

    @Test("links are known once a message bears or names them, and not before")
    func knownLinks() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("b@x", in: mailbox.inbox, uid: 1, answers: ["a@x"]))
            func link(_ id: String) -> LinkKey { .messageID(HeaderMessageID(rawValue: id)!) }
            let wanted = [link("a@x"), link("b@x"), link("c@x"), .providerThread("b@x")]
            #expect(try await mailbox.store.knownLinks(wanted, of: mailbox.key) == [link("a@x"), link("b@x")])
            #expect(try await mailbox.store.knownLinks([], of: mailbox.key) == [])
            let seen = Statement("SELECT string_agg(value, ' ') FROM message_references WHERE seen")
            #expect(try await database.value(seen, as: String.self) == "b@x")
        }
    }

    @Test("equal mail of two accounts makes threads and messages of each its own")
    func apart() async throws {
        try await StoreDatabase.with { database in
            let first = try await Mailbox.make(in: database)
            let second = try await Mailbox.make(in: database, address: "carol@example.com")
            for mailbox in [first, second] { try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1)) }
            for mailbox in [first, second] { #expect(try await mailbox.threads().map(\.messageCount) == [1]) }
            for table in ["blobs", "threads", "messages"] { #expect(try await database.count(table) == 2, "\(table)") }
        }
    }
}
