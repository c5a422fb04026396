import Crypto
import Failure
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Checkpoints", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct CheckpointTests {
    /// Bytes that don't repeat, so that a piece in the wrong place shows.
    private static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    private static func raw(of id: MessageID, in store: Store) async throws -> [UInt8] {
        var all: [UInt8] = []
        try await store.rawMessage(id) { all += $0 }
        return all
    }

    @Test(
        "raw bytes read back equal, whether they lie in one row or in chunks",
        arguments: [0, 1, 1 << 20, (1 << 20) + 1, (1 << 20) + (256 << 10), 5_000_001])
    func rawBytes(count: Int) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let bytes = Self.bytes(count)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, raw: bytes), .test("b@x", in: mailbox.inbox, uid: 2))
            let stored = try #require(try await mailbox.messages().first { $0.messageID == "a@x" })
            #expect(stored.size == count && stored.sha256 == Array(SHA256.hash(data: bytes)))
            #expect(try await Self.raw(of: stored.id, in: mailbox.store) == bytes)
            let chunks = count > 1 << 20 ? (count + (256 << 10) - 1) / (256 << 10) : 0
            #expect(try await database.count("blob_chunks") == chunks)
        }
    }

    @Test("a message whose raw bytes were stored ahead, and let go of, is complete", arguments: [10, (1 << 20) + 1])
    func storedAhead(count: Int) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let bytes = Self.bytes(count)
            var message = NewMessage.test("a@x", in: mailbox.inbox, uid: 1, raw: bytes)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            try await mailbox.store.storeContents(of: [message, message], under: lease)
            message.raw = message.raw.onceStored
            #expect(try await mailbox.commit(message).newMessages == 1)
            let stored = try #require(try await mailbox.messages().first)
            #expect(stored.size == count)
            #expect(try await Self.raw(of: stored.id, in: mailbox.store) == bytes)
        }
    }

    @Test("a checkpoint whose raw bytes were deleted before it came keeps nothing, and is to be fetched again")
    func contentGone() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var gone = NewMessage.test("a@x", in: mailbox.inbox, uid: 1)
            gone.raw = gone.raw.onceStored
            let messages = [.test("b@x", in: mailbox.inbox, uid: 2), gone]
            let error = await #expect(throws: StoreError.self) {
                var checkpoint = Checkpoint()
                checkpoint.messages = messages
                _ = try await mailbox.commit(checkpoint)
            }
            #expect(error?.disposition == .retryNow)
            for table in ["messages", "blobs", "threads", "message_placements"] {
                #expect(try await database.count(table) == 0)
            }
        }
    }

    @Test(
        "the same message in two folders is one message with two placements, in one checkpoint or in two",
        arguments: [true, false])
    func twoFolders(atOnce: Bool) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let first = NewMessage.test("a@x", in: mailbox.inbox, uid: 1, flags: [.seen])
            let second = NewMessage.test("a@x", in: mailbox.sent, uid: 9, at: 5, flags: [.flagged, Flag("Work")])
            if atOnce {
                let result = try await mailbox.commit(first, second)
                #expect(result.newMessages == 1 && result.placements == 2 && result.newThreads == 1)
            } else {
                try await mailbox.commit(first)
                let result = try await mailbox.commit(second)
                #expect(result.newMessages == 0 && result.placements == 1 && result.newThreads == 0)
            }
            let messages = try await mailbox.messages()
            #expect(messages.count == 1)
            let placements = try #require(messages.first).placements
            #expect(placements.map(\.path) == ["INBOX", "Sent"] && placements.map(\.uid.rawValue) == [1, 9])
            #expect(placements.map(\.flags) == [["\\Seen"], ["\\Flagged", "Work"]])
            #expect(placements.map(\.internalDate.rawValue) == [StoreDatabase.now, StoreDatabase.now + 5])
            #expect(try await mailbox.threads().map(\.messageCount) == [1])
            #expect(try await database.count("blobs") == 1)
        }
    }

    @Test("a provider's message id decides what is the same message, not the bytes; equal bytes are kept once")
    func providerIdentity() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            func identity(_ id: String) -> ProviderIdentity { ProviderIdentity(messageID: id, threadID: nil) }
            let bytes = Self.bytes(100)
            // Given two ids with the same bytes, and one id whose bytes differ by folder, at once and again later.
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, provider: identity("1"), raw: bytes),
                .test("a@x", in: mailbox.inbox, uid: 2, provider: identity("2"), raw: bytes),
                .test("a@x", in: mailbox.sent, uid: 3, provider: identity("2"), raw: Self.bytes(101)))
            let result = try await mailbox.commit(
                .test("a@x", in: mailbox.sent, uid: 4, provider: identity("1"), raw: Self.bytes(102)),
                .test("a@x", in: mailbox.sent, uid: 5, provider: identity("3"), raw: bytes))
            #expect(result.newMessages == 1)
            let placements = try await mailbox.messages().map { Set($0.placements.map(\.uid.rawValue)) }
            #expect(Set(placements) == [[1, 4], [2, 3], [5]])
            #expect(try await database.count("blobs") == 1)
            #expect(try await mailbox.threads().map(\.messageCount) == [3])
        }
    }

    @Test("messages of one Message-ID and different bytes are separate messages of one thread")
    func sameMessageID() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, raw: [1]), .test("a@x", in: mailbox.inbox, uid: 2, raw: [2]))
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 3, raw: [3]))
            #expect(try await mailbox.threads().map(\.messageCount) == [3])
        }
    }

    private static func richBatch(_ mailbox: Mailbox) -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.messages = [
            .test("a@x", in: mailbox.inbox, uid: 1, at: -50, flags: [.seen]),
            .test("b@x", in: mailbox.inbox, uid: 2, at: -40, answers: ["a@x"], subject: "Re: Hello"),
            .test("b@x", in: mailbox.sent, uid: 8, at: -45, answers: ["a@x"], subject: "Re: Hello"),
            .test(nil, in: mailbox.inbox, uid: 3, at: -30, subject: nil),
            .test("big@x", in: mailbox.inbox, uid: 4, at: -20, raw: bytes(1_200_000)),
            .test("p@x", in: mailbox.inbox, uid: 5, provider: ProviderIdentity(messageID: "p", threadID: "t")),
        ]
        checkpoint.skips = [
            .init(
                folder: mailbox.inbox.id, uidValidity: UIDValidity(rawValue: 7),
                uids: UIDSet(normalising: [6...7, 20...29]), reason: .tooOld)
        ]
        checkpoint.cursors[mailbox.inbox.id] = FolderCursor(
            uidValidity: UIDValidity(rawValue: 7), uidNext: UID(rawValue: 30), exists: 17, highestModSequence: nil,
            proven: UID(rawValue: 29))
        return checkpoint
    }

    @Test("repeating a checkpoint, as after a crash before it was acknowledged, changes no row")
    func repeated() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let first = try await mailbox.commit(Self.richBatch(mailbox))
            #expect(first.newMessages == 5 && first.placements == 6)
            let rows = try await database.mailRows()
            let second = try await mailbox.commit(Self.richBatch(mailbox))
            #expect(second.newMessages == 0 && second.newThreads == 0 && second.joinedThreads == 0)
            #expect(try await database.mailRows() == rows)
        }
    }

    @Test("a UID that the server gives twice in one batch is one placement, with what came last")
    func sameUIDTwice() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("a@x", in: mailbox.inbox, uid: 1, flags: [.seen]))
            let messages = try await mailbox.messages()
            #expect(messages.count == 1 && messages[0].placements.map(\.flags) == [["\\Seen"]])
        }
    }

    @Test("received_at is the earliest of the placements' dates, in whatever order they come")
    func receivedAt() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            func place(_ placements: [(uid: UInt32, at: Int64)]) async throws -> Int64? {
                var checkpoint = Checkpoint()
                checkpoint.messages = placements.map { .test("a@x", in: mailbox.inbox, uid: $0.uid, at: $0.at) }
                try await mailbox.commit(checkpoint)
                return try await mailbox.messages().first.map { $0.receivedAt.rawValue - StoreDatabase.now }
            }
            #expect(try await place([(1, -10), (2, -20), (3, -5)]) == -20)
            #expect(try await place([(4, 0)]) == -20)
            // Two at once that are both earlier than what is stored: the earlier counts, whichever comes first.
            #expect(try await place([(5, -40), (6, -30)]) == -40)
            #expect(try await place([(7, -50), (8, -70), (9, -60)]) == -70)
            let thread = try #require(try await mailbox.threads().first)
            #expect(thread.oldest.rawValue == StoreDatabase.now - 70 && thread.messageCount == 1)
        }
    }

    @Test("a message is outgoing when its From is one of the account's addresses, in whatever case")
    func direction() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, from: "ALICE@example.ORG", to: "bob@example.net"),
                .test("b@x", in: mailbox.inbox, uid: 2))
            let directions = try await mailbox.messages().map { ($0.messageID, $0.direction) }
            #expect(
                directions.contains { $0 == ("a@x", "outgoing") } && directions.contains { $0 == ("b@x", "incoming") })
        }
    }

    @Test("an address too long for any index is kept as it stood, and the batch goes in")
    func longAddress() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let long = Self.bytes(6_000).map { String($0, radix: 16) }.joined() + "@example.net"
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1, from: long))
            #expect(try await mailbox.messages().first?.addresses(.from).map(\.address) == [long])
        }
    }

    @Test("addresses of one header may stand apart: each keeps its place among its own")
    func scatteredParticipants() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var message = NewMessage.test("a@x", in: mailbox.inbox, uid: 1)
            func person(_ role: ParticipantRole, _ address: String) -> NewMessage.Participant {
                NewMessage.Participant(role: role, address: EmailAddress(name: "N", address: address))
            }
            message.participants = [person(.to, "1@x"), person(.cc, "2@x"), person(.to, "3@x")]
            try await mailbox.commit(message)
            let stored = try #require(try await mailbox.messages().first)
            #expect(stored.addresses(.to).map(\.address) == ["1@x", "3@x"])
            #expect(stored.addresses(.cc).map(\.address) == ["2@x"])
        }
    }

    // MARK: Flags

    private static func change(_ folder: Folder, _ uid: UInt32, _ flags: [Flag], validity: UInt32 = 7) -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.flagChanges = [
            .init(
                folder: folder.id, uidValidity: UIDValidity(rawValue: validity), uid: UID(rawValue: uid)!, flags: flags)
        ]
        return checkpoint
    }

    @Test("new flags replace a placement's, without \\Recent; no flags are none; another UIDVALIDITY touches nothing")
    func flags() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1, flags: [.seen, .recent]))
            func flags() async throws -> [[String]] { try await mailbox.messages()[0].placements.map(\.flags) }
            #expect(try await flags() == [["\\Seen"]])
            try await mailbox.commit(
                Self.change(mailbox.inbox, 1, [Flag("$Label1"), .recent, .answered, Flag("\\ANSWERED")]))
            #expect(try await flags() == [["$Label1", "\\Answered"]])
            try await mailbox.commit(Self.change(mailbox.inbox, 1, [.deleted], validity: 8))
            #expect(try await flags() == [["$Label1", "\\Answered"]])
            try await mailbox.commit(Self.change(mailbox.inbox, 1, []))
            #expect(try await flags() == [[]])
            let contents = try await mailbox.store.contents(
                of: mailbox.inbox.id, uidValidity: UIDValidity(rawValue: 7), account: mailbox.key)
            #expect(contents.flags == [UID(rawValue: 1)!: Store.flagText([])])
        }
    }

    /// Guard: `agreed_flags IS NULL` in the update, and its like in the upsert of placements.
    @Test("a placement that has an unfinished wish keeps what the wish says, whether flags or the message come anew")
    func wish() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, flags: [.seen]), .test("b@x", in: mailbox.inbox, uid: 2))
            try await database.execute(
                Statement("UPDATE message_placements SET flags = '{wished}', agreed_flags = '{agreed}' WHERE uid = 1"))
            let look = Statement(
                "SELECT array_to_string(flags, ' ') || '|' || array_to_string(agreed_flags, ' ') FROM message_placements WHERE uid = 1"
            )
            try await mailbox.commit(Self.change(mailbox.inbox, 1, [.flagged]))
            #expect(try await database.value(look, as: String.self) == "wished|agreed")
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1, flags: [.answered]))
            #expect(try await database.value(look, as: String.self) == "wished|agreed")
            try await mailbox.commit(Self.change(mailbox.inbox, 2, [.flagged]))
            let other = Statement("SELECT flags::text FROM message_placements WHERE uid = 2")
            #expect(try await database.value(other, as: String.self) == #"{"\\Flagged"}"#)
        }
    }

    // MARK: Skips, cursors, generations

    @Test("skipped ranges of a reason add up, or replace what was there; the highest UID is one of them")
    func skips() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let validity = UIDValidity(rawValue: 7)
            func skip(_ ranges: [ClosedRange<UInt32>], _ reason: SkipReason, replaces: Bool = false) async throws
                -> UIDSet
            {
                var checkpoint = Checkpoint()
                checkpoint.skips = [
                    .init(
                        folder: mailbox.inbox.id, uidValidity: validity, uids: UIDSet(normalising: ranges),
                        reason: reason,
                        replaces: replaces)
                ]
                try await mailbox.commit(checkpoint)
                return try await mailbox.store.contents(
                    of: mailbox.inbox.id, uidValidity: validity, account: mailbox.key
                ).skipped
            }
            #expect(try await skip([1...3], .tooOld).description == "1:3")
            #expect(try await skip([4...5, 9...9], .tooOld).description == "1:5,9")
            #expect(try await skip([7...7, .max ... .max], .tooLarge).description == "1:5,7,9,4294967295")
            #expect(try await skip([2...2], .tooOld, replaces: true).description == "2,7,4294967295")
            #expect(try await skip([], .tooOld, replaces: true).description == "7,4294967295")
        }
    }

    @Test("a folder's cursor is what the checkpoint says, and its first UIDNEXT is kept apart")
    func cursors() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            func save(_ cursor: FolderCursor) async throws -> FolderCursor? {
                var checkpoint = Checkpoint()
                checkpoint.cursors[mailbox.inbox.id] = cursor
                try await mailbox.commit(checkpoint)
                return try await mailbox.store.folders(of: mailbox.key).first { $0.id == mailbox.inbox.id }?.cursor
            }
            #expect(mailbox.inbox.cursor == nil)
            let none = FolderCursor(
                uidValidity: UIDValidity(rawValue: 0), uidNext: nil, exists: 0, highestModSequence: nil, proven: nil)
            #expect(try await save(none) == none)
            var full = FolderCursor(
                uidValidity: UIDValidity(rawValue: .max), uidNext: .max, exists: 5,
                highestModSequence: ModSequence(rawValue: .max), proven: UID(rawValue: 4_294_967_294))
            #expect(try await save(full) == full)
            full.uidNext = UID(rawValue: 3)
            #expect(try await save(full) == full)
            let atStart = Statement("SELECT uidnext_at_start FROM folders WHERE id = $1", mailbox.inbox.id)
            #expect(try await database.value(atStart, as: Int64.self) == 4_294_967_295)
        }
    }

    @Test("a settled generation drops what older ones said of that folder alone; messages stay")
    func settled() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(Self.richBatch(mailbox))
            var checkpoint = Checkpoint()
            checkpoint.messages = [.test("a@x", in: mailbox.inbox, uid: 1, uidValidity: 6)]
            checkpoint.settledGenerations[mailbox.inbox.id] = UIDValidity(rawValue: 6)
            try await mailbox.commit(checkpoint)
            let placed = try await database.column(
                Statement("SELECT uidvalidity || ':' || uid FROM message_placements ORDER BY 1"), as: String.self)
            #expect(placed == ["6:1", "7:8"])
            #expect(try await database.count("folder_skips") == 0)
            #expect(try await database.count("messages") == 5)
        }
    }

    // MARK: Results

    private static func completion(first: Bool) -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.completion = .init(
            finishedAt: EpochSeconds(StoreDatabase.now + 60), nextDueAt: EpochSeconds(StoreDatabase.now + 360),
            completesFirstSync: first)
        return checkpoint
    }

    @Test(
        "a completed first sync makes an account live, and never one that a person or the plan has stopped meanwhile",
        arguments: [
            (AccountState.initialSync, AccountState.live), (.live, .live), (.unreachable, .live), (.paused, .paused),
            (.suspended, .suspended), (.disconnected, .disconnected),
        ])
    func completed(from: AccountState, to: AccountState) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await database.execute(Statement("DELETE FROM events"))
            try await database.execute(Statement("UPDATE accounts SET state = $1", from.rawValue))
            try await mailbox.commit(Self.completion(first: true))
            let account = try await mailbox.store.account(mailbox.key)
            #expect(account.state == to)
            #expect(account.firstSyncCompletedAt == EpochSeconds(StoreDatabase.now + 60))
            #expect(account.lastSyncedAt == EpochSeconds(StoreDatabase.now + 60))
            // What is told is what has changed, and true.
            let told = try await database.column(Statement("SELECT detail->>'state' FROM events"), as: String.self)
            #expect(told == (from == to ? [] : [to.rawValue]))
        }
    }

    @Test("a visit that doesn't complete the first sync leaves it open, also after the server was unreachable")
    func notCompleted() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            for state in ["initial_sync", "unreachable"] {
                try await database.execute(Statement("UPDATE accounts SET state = $1", state))
                try await mailbox.commit(Self.completion(first: false))
                let account = try await mailbox.store.account(mailbox.key)
                #expect(account.state == .initialSync && account.firstSyncCompletedAt == nil)
            }
        }
    }

    @Test("progress reads back as it was written")
    func progress() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            #expect(try await mailbox.store.progress(of: mailbox.key) == SyncProgress())
            var checkpoint = Checkpoint()
            var progress = SyncProgress()
            (progress.threadsFound, progress.threadsDone, progress.messagesFound) = (1, 2, 3)
            (progress.messagesDone, progress.bytesFound, progress.bytesDone) = (4, 5_000_000_000, 6)
            progress.beganAt = EpochSeconds(StoreDatabase.now)
            checkpoint.progress = progress
            try await mailbox.commit(checkpoint)
            #expect(try await mailbox.store.progress(of: mailbox.key) == progress)
        }
    }
}
