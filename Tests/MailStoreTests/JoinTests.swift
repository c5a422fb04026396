import MailModel
import MailStore
import Postgres
import Testing

@Suite("Messages and their ancestors", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct JoinTests {
    private static func id(_ text: String) -> HeaderMessageID { HeaderMessageID(rawValue: text)! }

    private static func joining(
        _ message: MessageID, _ ancestor: Checkpoint.Join.Ancestor, isGuess: Bool = false
    ) -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.joins = [.init(message: message, ancestor: ancestor, isGuess: isGuess)]
        return checkpoint
    }

    @Test(
        "a message joins its ancestor's thread, known by Message-ID or by its row; the older thread stays",
        arguments: [true, false])
    func joined(byHeader: Bool) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("new@x", in: mailbox.inbox, uid: 1, at: 60, subject: "Fwd: plans"))
            try await mailbox.commit(.test("old@x", in: mailbox.inbox, uid: 2, at: -600, subject: "plans"))
            let ids = (new: try await mailbox.id(of: "new@x"), old: try await mailbox.id(of: "old@x"))
            let threads = try await mailbox.threads().map(\.id)
            let checkpoint = Self.joining(
                ids.new, byHeader ? .header(Self.id("old@x")) : .stored(ids.old), isGuess: !byHeader)
            #expect(try await mailbox.commit(checkpoint).joinedThreads == 1)
            let thread = try #require(try await mailbox.threads().first)
            #expect(try await mailbox.threads().count == 1 && thread.messageCount == 2)
            #expect(thread.id == threads.min() && thread.subject == "plans")
            #expect(thread.oldest == EpochSeconds(StoreDatabase.now - 600))
            #expect(try await mailbox.store.thread(threads.max()!).id == thread.id)
            let message = try await mailbox.store.message(ids.new)
            #expect(message.isThreadGuessed == !byHeader)
            #expect(try await mailbox.commit(checkpoint).joinedThreads == 0)
        }
    }

    @Test("an ancestor that nobody bears yet is kept as a link: whoever bears it later joins")
    func later() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("new@x", in: mailbox.inbox, uid: 1))
            let checkpoint = Self.joining(try await mailbox.id(of: "new@x"), .header(Self.id("old@x")))
            #expect(try await mailbox.commit(checkpoint).joinedThreads == 0)
            try await mailbox.commit(.test("old@x", in: mailbox.inbox, uid: 2))
            #expect(try await mailbox.threads().map(\.messageCount) == [2])
        }
    }

    @Test("threads that a person decided on stay apart, and a message or ancestor that is gone joins nothing")
    func apart() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("new@x", in: mailbox.inbox, uid: 1))
            try await mailbox.commit(.test("old@x", in: mailbox.inbox, uid: 2, subject: "Other"))
            let new = try await mailbox.id(of: "new@x")
            let unknown = MessageID(mailbox.account.id.uuid)
            #expect(try await mailbox.commit(Self.joining(unknown, .header(Self.id("old@x")))).joinedThreads == 0)
            #expect(try await mailbox.commit(Self.joining(new, .stored(unknown))).joinedThreads == 0)
            try await database.execute(
                Statement("UPDATE threads SET decided_by = $1 WHERE subject = 'Other'", mailbox.user.id))
            #expect(try await mailbox.commit(Self.joining(new, .header(Self.id("old@x")))).joinedThreads == 0)
            #expect(try await mailbox.threads().count == 2)
        }
    }

    @Test("several joins of one checkpoint each see what the one before made")
    func chain() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            for (uid, name) in [(1, "a@x"), (2, "b@x"), (3, "c@x")] as [(UInt32, String)] {
                try await mailbox.commit(.test(name, in: mailbox.inbox, uid: uid, subject: name))
            }
            var checkpoint = Checkpoint()
            checkpoint.joins = [
                .init(message: try await mailbox.id(of: "c@x"), ancestor: .header(Self.id("b@x")), isGuess: false),
                .init(message: try await mailbox.id(of: "b@x"), ancestor: .header(Self.id("a@x")), isGuess: false),
            ]
            #expect(try await mailbox.commit(checkpoint).joinedThreads == 2)
            #expect(try await mailbox.threads().map(\.messageCount) == [3])
        }
    }

    // MARK: Seeking

    @Test("a miss is remembered for 24 hours; one in some folders only doesn't count where all would be searched")
    func misses() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let ids = ["some@x", "all@x", "never@x"].map(Self.id)
            func remembered(everywhere: Bool) async throws -> Set<HeaderMessageID> {
                try await mailbox.store.rememberedMisses(of: ids, everywhere: everywhere, account: mailbox.key)
            }
            var checkpoint = Checkpoint()
            checkpoint.misses = [
                .init(id: ids[0], everywhere: false), .init(id: ids[1], everywhere: true),
                .init(id: ids[1], everywhere: true),
            ]
            try await mailbox.commit(checkpoint)
            #expect(try await remembered(everywhere: false) == [ids[0], ids[1]])
            #expect(try await remembered(everywhere: true) == [ids[1]])
            #expect(try await mailbox.store.rememberedMisses(of: [], everywhere: true, account: mailbox.key) == [])

            try await database.execute(
                Statement("UPDATE ancestor_misses SET missed_at = now() - interval '24 hours 1 s' WHERE everywhere"))
            #expect(try await remembered(everywhere: true) == [])
            #expect(try await mailbox.store.pruneMisses() == 1)
            try await mailbox.commit(checkpoint)
            #expect(try await remembered(everywhere: true) == [ids[1]])
        }
    }

    @Test("stored messages are found by Message-ID, all that bear it, through joined threads too; named ones aren't")
    func byHeader() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("z@x", in: mailbox.inbox, uid: 1, answers: ["named@x"]))
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 2, answers: ["root@x"]))
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 3, at: 5, raw: Array("other bytes".utf8)))
            try await mailbox.commit(.test("root@x", in: mailbox.inbox, uid: 4, answers: ["named@x"]))
            let found = try await mailbox.store.storedMessages(
                bearing: ["a@x", "z@x", "named@x"].map(Self.id), of: mailbox.key)
            #expect(Set(found.keys) == [Self.id("a@x"), Self.id("z@x")])
            #expect(found[Self.id("a@x")]?.count == 2 && found[Self.id("z@x")]?.count == 1)
            let thread = try await mailbox.threads()
            #expect(thread.count == 1 && found.values.joined().allSatisfy { $0.threadID == thread[0].id })
            #expect(found[Self.id("z@x")]?.first?.from == ["bob@example.net"])
            #expect(try await mailbox.store.storedMessages(bearing: [], of: mailbox.key) == [:])
        }
    }

    @Test("candidates for a forwarded block are those from an address, sent in a range, its ends included")
    func bySender() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var checkpoint = Checkpoint()
            checkpoint.messages = [-61, -60, 0, 59, 60].enumerated().map { index, at in
                .test("\(at)@x", in: mailbox.inbox, uid: UInt32(index) + 1, at: Int64(at), from: "Bob@Example.net")
            }
            checkpoint.messages.append(.test("cc@x", in: mailbox.inbox, uid: 9, from: "carol@x", to: "bob@example.net"))
            try await mailbox.commit(checkpoint)
            let range = EpochSeconds(StoreDatabase.now - 60)...EpochSeconds(StoreDatabase.now + 59)
            let found = try await mailbox.store.messages(
                from: "bob@example.net", sentIn: range, of: mailbox.key, limit: 10)
            #expect(found.map(\.headerMessageID?.rawValue) == ["-60@x", "0@x", "59@x"])
            #expect(found[0].from == ["Bob@Example.net"] && found[0].subject == "Hello")
        }
    }
}
