import MailModel
import MailStore
import Postgres
import Testing

@Suite("Where messages stand", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct StandingTests {
    @Test("a message that is gone from its only folder is absent, an orphan, and not deleted before it was sought")
    func orphan() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.inbox, uid: 2))
            let result = try await mailbox.commit(.removing([1, 9], from: mailbox.inbox))
            #expect(result.removedPlacements == 1)
            #expect(try await mailbox.standing(of: "a@x") == "in absent")
            #expect(try await mailbox.standing(of: "b@x") == "in")

            let orphans = try await mailbox.store.orphans(of: mailbox.key, limit: 10)
            let id = try await mailbox.id(of: "a@x")
            let stored = try #require(try await mailbox.messages().first { $0.id == id })
            #expect(orphans.map(\.messageID) == [id])
            #expect(orphans.first?.headerMessageID?.rawValue == "a@x" && orphans.first?.sha256 == stored.sha256)
            #expect(orphans.first?.size == stored.size && orphans.first?.threadID == stored.threadID)

            var sought = Checkpoint()
            sought.soughtOrphans = [id]
            try await mailbox.commit(sought)
            #expect(try await mailbox.standing(of: "a@x") == "in absent deleted")
            // Not listed any more, and still there for who knows its id.
            #expect(try await mailbox.messages().map(\.messageID) == ["b@x"])
            #expect(try await mailbox.store.message(id).deletedAt != nil)
            #expect(try await mailbox.store.orphans(of: mailbox.key, limit: 10) == [])
        }
    }

    /// Guard: the look at message_absences in the deletion. Without it what was found would be deleted.
    @Test(
        "an orphan that is found in the very checkpoint that ends its search isn't deleted; nor is one that never was")
    func found() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.inbox, uid: 2))
            try await mailbox.commit(.removing([1], from: mailbox.inbox))
            let ids = [try await mailbox.id(of: "a@x"), try await mailbox.id(of: "b@x")]
            var checkpoint = Checkpoint()
            checkpoint.place(ids[0], in: mailbox.alpha, uid: 5)
            checkpoint.soughtOrphans = ids
            let result = try await mailbox.commit(checkpoint)
            #expect(result.placements == 1)
            // Nobody chose that folder: kept, and followed.
            #expect(try await mailbox.standing(of: "a@x") == "")
            #expect(try await mailbox.standing(of: "b@x") == "in")
            let alpha = try #require(
                try await mailbox.store.folders(of: mailbox.key).first { $0.id == mailbox.alpha.id })
            #expect(alpha.isFollowed && !alpha.isWatched)
            #expect(try await mailbox.store.folders(of: mailbox.key).filter(\.isFollowed).count == 1)
        }
    }

    @Test("a deleted message that comes back, by its bytes or by its id, is deleted no more", arguments: [true, false])
    func back(byBytes: Bool) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            let id = try await mailbox.id(of: "a@x")
            var gone = Checkpoint.removing([1], from: mailbox.inbox)
            gone.soughtOrphans = [id]
            try await mailbox.commit(gone)
            #expect(try await mailbox.standing(of: "a@x") == "in absent deleted")
            if byBytes {
                try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 3))
            } else {
                var again = Checkpoint()
                again.place(id, in: mailbox.inbox, uid: 3)
                try await mailbox.commit(again)
            }
            #expect(try await mailbox.standing(of: "a@x") == "in")
            #expect(try await mailbox.places(of: "a@x") == ["INBOX:3"])
            #expect(try await database.count("message_absences") == 0)
        }
    }

    /// One place of a message, for a table.
    struct Place: Sendable, CustomStringConvertible {
        let path: String
        var isDeleted = false
        var description: String { path + (isDeleted ? " \\Deleted" : "") }
    }

    private static let inbox = Place(path: "INBOX")
    private static let sent = Place(path: "Sent")
    private static let trash = Place(path: "Trash")
    private static let alpha = Place(path: "Projects/Alpha")
    private static let deleted = Place(path: "INBOX", isDeleted: true)
    private static let deletedAlpha = Place(path: "Projects/Alpha", isDeleted: true)

    @Test(
        "where a message lies, new or placed anew, says whether it is in scope and whether it is trashed",
        arguments: [
            ([inbox], "in"), ([sent], "in"), ([alpha], ""), ([trash], "trashed"), ([deleted], "in trashed"),
            ([deletedAlpha], "trashed"), ([inbox, trash], "in"), ([alpha, trash], ""), ([alpha, deleted], ""),
            ([inbox, alpha], "in"), ([trash, deleted], "in trashed"),
        ], [true, false])
    func table(_ row: (places: [Place], standing: String), isNew: Bool) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            if isNew {
                var checkpoint = Checkpoint()
                checkpoint.messages = row.places.enumerated().map { index, place in
                    .test(
                        "a@x", in: mailbox.folder(place.path), uid: UInt32(index) + 1,
                        flags: place.isDeleted ? [Flag("\\DELETED")] : [.seen])
                }
                try await mailbox.commit(checkpoint)
            } else {
                try await mailbox.commit(.test("a@x", in: mailbox.folder("Archive"), uid: 1))
                let id = try await mailbox.id(of: "a@x")
                var checkpoint = Checkpoint.removing([1], from: mailbox.folder("Archive"))
                for (index, place) in row.places.enumerated() {
                    checkpoint.place(
                        id, in: mailbox.folder(place.path), uid: UInt32(index) + 1,
                        flags: place.isDeleted ? [.deleted] : [])
                }
                try await mailbox.commit(checkpoint)
            }
            #expect(try await mailbox.standing(of: "a@x") == row.standing)
        }
    }

    @Test("a flag that says deleted makes a message trashed, and its going makes it none; other flags don't")
    func flags() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            for (flags, standing) in [([Flag.seen], "in"), ([.seen, .deleted], "in trashed"), ([], "in")] {
                var checkpoint = Checkpoint()
                checkpoint.flag(flags, mailbox.inbox, uid: 1)
                #expect(try await mailbox.commit(checkpoint).changedFlags == 1)
                #expect(try await mailbox.standing(of: "a@x") == standing)
            }
        }
    }

    @Test("a move seen in one checkpoint, or the arrival first and the removal later, never makes an orphan")
    func moved() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.inbox, uid: 2))
            var atOnce = Checkpoint.removing([1], from: mailbox.inbox)
            atOnce.messages = [.test("a@x", in: mailbox.folder("Archive"), uid: 1)]
            try await mailbox.commit(atOnce)
            try await mailbox.commit(.test("b@x", in: mailbox.folder("Archive"), uid: 2))
            try await mailbox.commit(.removing([2], from: mailbox.inbox))
            #expect(try await mailbox.places(of: "a@x") == ["Archive:1"])
            #expect(try await mailbox.places(of: "b@x") == ["Archive:2"])
            #expect(try await database.count("message_absences") == 0)
            let folders = try await mailbox.store.folders(of: mailbox.key)
            #expect(folders.filter(\.hasPlacements).map(\.path.display) == ["Archive"])
        }
    }

    @Test("the same removals and placements again change no row")
    func repeated() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.inbox, uid: 2))
            try await mailbox.completeFirstSync()
            var checkpoint = Checkpoint.removing([1, 2], from: mailbox.inbox)
            checkpoint.place(try await mailbox.id(of: "a@x"), in: mailbox.alpha, uid: 5, flags: [.seen])
            checkpoint.soughtOrphans = [try await mailbox.id(of: "b@x")]
            try await mailbox.commit(checkpoint)
            let rows = try await database.mailRows()
            let result = try await mailbox.commit(checkpoint)
            #expect(result == CheckpointResult())
            #expect(try await database.mailRows() == rows)
        }
    }

    @Test("removed UIDs are no longer skipped either, in whatever reason's range; others stay")
    func skips() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var checkpoint = Checkpoint()
            checkpoint.skips = [
                .init(
                    folder: mailbox.inbox.id, uidValidity: Mailbox.validity, uids: UIDSet(normalising: [1...9]),
                    reason: .tooOld),
                .init(
                    folder: mailbox.inbox.id, uidValidity: Mailbox.validity, uids: UIDSet(normalising: [20...20]),
                    reason: .tooLarge),
            ]
            try await mailbox.commit(checkpoint)
            try await mailbox.commit(.removing([3, 4, 20, 77], from: mailbox.inbox))
            let coverage = try await mailbox.store.coverage(
                of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key)
            #expect(coverage.allSkipped.description == "1:2,5:9")
        }
    }

    @Test(
        "a new generation takes the old one's place at once: messages keep their ids, what wasn't paired is an orphan")
    func restaged() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1, flags: [.seen]), .test("b@x", in: mailbox.inbox, uid: 2))
            let identities = try await mailbox.store.identities(
                of: mailbox.inbox.id, uidValidity: Mailbox.validity, account: mailbox.key)
            #expect(identities.map(\.headerMessageID?.rawValue) == ["a@x", "b@x"])
            #expect(identities.map(\.uid.rawValue) == [1, 2])
            #expect(identities[0].internalDate == EpochSeconds(StoreDatabase.now) && identities[0].size > 0)
            let new = UIDValidity(rawValue: 8)
            var swap = Checkpoint()
            swap.place(identities[0].messageID, in: mailbox.inbox, uid: 10, uidValidity: new, flags: [.seen])
            swap.settledGenerations[mailbox.inbox.id] = new
            swap.restages[mailbox.inbox.id] = EpochSeconds(StoreDatabase.now)
            let result = try await mailbox.commit(swap)
            #expect(result.placements == 1 && result.removedPlacements == 2)
            #expect(try await mailbox.places(of: "a@x") == ["INBOX:10"])
            #expect(try await mailbox.standing(of: "a@x") == "in")
            #expect(try await mailbox.standing(of: "b@x") == "in absent")
        }
    }

    @Test(
        "what happens to mail is told once the first sync is complete, by ids alone, and each once; before, nothing is")
    func told() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            try await mailbox.commit(.removing([1], from: mailbox.inbox))
            try await database.execute(Statement("DELETE FROM events WHERE kind = 'account.state_changed'"))
            #expect(try await mailbox.takeEvents() == [])
            try await mailbox.completeFirstSync()

            try await mailbox.commit(.test("b@x", in: mailbox.inbox, uid: 2))
            let b = try await mailbox.id(of: "b@x")
            let told = try await mailbox.takeEvents()
            #expect(told.count == 2 && told.last == "message.created:\(b)" && told[0].hasPrefix("thread.created:"))

            var flagged = Checkpoint()
            flagged.flag([.deleted], mailbox.inbox, uid: 2)
            try await mailbox.commit(flagged)
            #expect(try await mailbox.takeEvents() == ["message.updated:\(b)"])
            try await mailbox.commit(flagged)
            #expect(try await mailbox.takeEvents() == [])

            var moved = Checkpoint.removing([2], from: mailbox.inbox)
            moved.place(b, in: mailbox.folder("Archive"), uid: 1)
            try await mailbox.commit(moved)
            #expect(try await mailbox.takeEvents() == ["message.updated:\(b)"])

            var gone = Checkpoint.removing([1], from: mailbox.folder("Archive"))
            gone.soughtOrphans = [b]
            try await mailbox.commit(gone)
            #expect(try await mailbox.takeEvents() == ["message.updated:\(b)", "message.deleted:\(b)"])
        }
    }

    @Test("mod-sequences of flags are kept, also where the flags are the same; without one the old one stays")
    func modSequences() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            for (flags, given, kept) in [([Flag.seen], 9, 9), ([.seen], 12, 12), ([], nil, 12)]
                as [([Flag], UInt64?, Int64)]
            {
                var checkpoint = Checkpoint()
                checkpoint.flag(flags, mailbox.inbox, uid: 1, modSequence: given)
                try await mailbox.commit(checkpoint)
                #expect(
                    try await database.value(Statement("SELECT modseq FROM message_placements"), as: Int64.self) == kept
                )
            }
        }
    }
}
