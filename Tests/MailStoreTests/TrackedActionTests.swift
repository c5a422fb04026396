import MailModel
import Postgres
import Testing

@testable import MailStore

@Suite("Tracked actions", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct TrackedActionTests {
    private static func id(_ text: String) -> HeaderMessageID { HeaderMessageID(rawValue: text)! }

    /// A new message that claims to answer others.
    private static func reply(
        _ id: String, to wanted: [String], in folder: Folder, uid: UInt32, kind: ActionKind = .reply,
        origin: ActionOrigin = .user, providerThread: String? = nil, wish: String = #"{"why":"because"}"#
    ) -> NewMessage {
        var message = NewMessage.test(
            id, in: folder, uid: uid, answers: wanted.reversed(),
            provider: ProviderIdentity(messageID: nil, threadID: providerThread))
        message.takenBy = .arrival
        message.claim = TrackedClaim(
            kind: kind, origin: origin, wanted: wanted.map(Self.id), providerThread: providerThread, wish: wish)
        return message
    }

    private static func open(_ mailbox: Mailbox, at moment: Int64 = StoreDatabase.now) async throws -> [TrackedAction] {
        try await mailbox.store.openTrackedActions(of: mailbox.key, now: EpochSeconds(moment), limit: 10)
    }

    @Test("a reply to mail that isn't stored raises one action, its event, and a wake-up for the account's visit")
    func raised() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await database.execute(Statement("DELETE FROM events"))
            let result = try await mailbox.commit(
                Self.reply("a@x", to: ["old@x", "older@x"], in: mailbox.inbox, uid: 1))
            #expect(result.raisedActions == 1)
            let action = try #require(try await Self.open(mailbox).first)
            #expect(action.kind == .reply && action.origin == .user && action.attempts == 0)
            #expect(action.messageID == (try await mailbox.id(of: "a@x")))
            #expect(action.wish == #"{"why": "because"}"#)
            #expect(action.threadID == (try await mailbox.threads()[0].id))
            #expect(try await mailbox.takeEvents() == ["action.updated:\(action.id)"])
            var woken: [WakeUp] = []
            _ = try await database.store(.scheduler).relayOutbox(limit: 10) { woken += $0.map(\.wakeUp) }
            let expected = WakeUp(
                queue: "sync", kind: "sync", resource: "read:\(mailbox.account.id)",
                organizationID: mailbox.organization.id,
                gates: [
                    "account:\(mailbox.account.id)", "organization:\(mailbox.organization.id)", "host:mail.example.org",
                ], priority: 0)
            #expect(woken == [expected])

            // The same message again, as after a crash, is no new one.
            #expect(
                try await mailbox.commit(Self.reply("a@x", to: ["old@x"], in: mailbox.inbox, uid: 1)).raisedActions == 0
            )
            #expect(try await database.count("actions") == 1)
            #expect(try await database.count("outbox") == 0)
        }
    }

    /// Guard: the fence, which takes the action and its wake-up with the message.
    @Test("an action is there exactly if its message is: a commit that is refused leaves neither, nor a wake-up")
    func fenced() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let old = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            _ = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            var checkpoint = Checkpoint()
            checkpoint.messages = [Self.reply("a@x", to: ["old@x"], in: mailbox.inbox, uid: 1)]
            let batch = checkpoint
            let error = try await storeError {
                try await mailbox.store.commit(batch, addresses: [], under: old)
            }
            #expect(error.isLeaseLost)
            for table in ["messages", "actions", "outbox"] { #expect(try await database.count(table) == 0) }
        }
    }

    @Test("what is stored, or comes in the same batch in any order, needs no action; what was only named does")
    func present() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("old@x", in: mailbox.inbox, uid: 1, answers: ["named@x"]))
            let result = try await mailbox.commit(
                Self.reply("a@x", to: ["old@x", "named@x"], in: mailbox.inbox, uid: 2),
                Self.reply("b@x", to: ["c@x"], in: mailbox.inbox, uid: 3), .test("c@x", in: mailbox.inbox, uid: 4))
            #expect(result.raisedActions == 0)
            #expect(
                try await mailbox.commit(Self.reply("d@x", to: ["named@x"], in: mailbox.inbox, uid: 5)).raisedActions
                    == 1)
            #expect(try await database.count("actions") == 1)
        }
    }

    @Test("with no id to want, a known thread of the provider is ancestor enough, and without that only a search tells")
    func withoutIDs() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("old@x", in: mailbox.inbox, uid: 1, provider: ProviderIdentity(messageID: nil, threadID: "77")))
            let known = Self.reply("a@x", to: [], in: mailbox.inbox, uid: 2, providerThread: "77")
            #expect(try await mailbox.commit(known).raisedActions == 0)
            let unknown = Self.reply("b@x", to: [], in: mailbox.inbox, uid: 3, providerThread: "78")
            #expect(try await mailbox.commit(unknown).raisedActions == 1)
            let block = Self.reply("c@x", to: [], in: mailbox.inbox, uid: 4, kind: .forward)
            #expect(try await mailbox.commit(block).raisedActions == 1)
            #expect(try await Self.open(mailbox).map(\.kind) == [.reply, .forward])
        }
    }

    @Test("an outcome ends an action with its result and is told; one ended meanwhile by a person stays as it is")
    func outcomes() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                Self.reply("a@x", to: ["o@x"], in: mailbox.inbox, uid: 1),
                Self.reply("b@x", to: ["p@x"], in: mailbox.inbox, uid: 2))
            let actions = try await Self.open(mailbox)
            try await database.execute(
                Statement("UPDATE actions SET state = 'cancelled' WHERE id = $1", actions[1].id))
            _ = try await mailbox.takeEvents()
            var checkpoint = Checkpoint()
            checkpoint.actionOutcomes = actions.map {
                .init(id: $0.id, state: .done, result: ["ancestor": "missing", "odd": "a\0b"])
            }
            try await mailbox.commit(checkpoint)
            let ended = try await mailbox.store.action(actions[0].id)
            #expect(ended.state == .done && ended.attempts == 1 && ended.finishedAt != nil)
            #expect(ended.result == "{\"odd\": \"a\u{FFFD}b\", \"ancestor\": \"missing\"}")
            #expect(ended.kind == "reply" && ended.account == mailbox.key && ended.messageID == actions[0].messageID)
            let cancelled = try await mailbox.store.action(actions[1].id)
            #expect(cancelled.state == .cancelled && cancelled.result == nil && cancelled.attempts == 0)
            #expect(try await mailbox.takeEvents() == ["action.updated:\(actions[0].id)"])
            #expect(try await Self.open(mailbox) == [])
        }
    }

    @Test("an action that waits is no open one before its time, and brings the account's visit then")
    func waits() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(Self.reply("a@x", to: ["o@x"], in: mailbox.inbox, uid: 1))
            try await database.execute(Statement("DELETE FROM outbox"))
            let action = try #require(try await Self.open(mailbox).first)
            let later = StoreDatabase.now + 600
            var checkpoint = Checkpoint()
            checkpoint.actionOutcomes = [.init(id: action.id, state: .pending, notBefore: EpochSeconds(later))]
            try await mailbox.commit(checkpoint)
            #expect(try await Self.open(mailbox) == [])
            #expect(try await Self.open(mailbox, at: later).map(\.id) == [action.id])
            var woken: [WakeUp] = []
            _ = try await database.store(.scheduler).relayOutbox(limit: 10) { woken += $0.map(\.wakeUp) }
            #expect(
                woken.map(\.notBefore) == [EpochSeconds(later)] && woken[0].resource == "read:\(mailbox.account.id)")
        }
    }

    @Test("actions are listed newest first, by kind and state, page by page; an unknown one is not found")
    func listed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            for uid in 1...5 as ClosedRange<UInt32> {
                try await mailbox.commit(
                    Self.reply(
                        "\(uid)@x", to: ["o\(uid)@x"], in: mailbox.inbox, uid: uid, kind: uid == 3 ? .forward : .reply))
            }
            let all = try await mailbox.store.actions(of: mailbox.key, limit: 10)
            #expect(all.count == 5 && all.map(\.id) == all.map(\.id).sorted(by: >))
            let page = try await mailbox.store.actions(of: mailbox.key, before: all[1].id, limit: 2)
            #expect(page == Array(all[2...3]))
            let forwards = try await mailbox.store.actions(of: mailbox.key, kind: .forward, limit: 10)
            #expect(forwards.map(\.kind) == ["forward"])
            #expect(try await mailbox.store.actions(of: mailbox.key, kind: .reply, state: .done, limit: 10) == [])
            let error = try await storeError { try await mailbox.store.action(ActionID(mailbox.store.ids.uuid())) }
            #expect(error.isNotFound)
        }
    }

    @Test("a rebuild of the queue learns that a tracked action is the account's visit's, and through which gate")
    func rebuild() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(Self.reply("a@x", to: ["o@x"], in: mailbox.inbox, uid: 1))
            let pending = try await database.store(.scheduler).pendingActions(limit: 10)
            #expect(pending.map(\.isTracked) == [true] && pending[0].hostGate == "host:mail.example.org")
        }
    }
}
