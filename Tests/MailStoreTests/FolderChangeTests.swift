import MailModel
import Postgres
import SyncPlanning
import Testing

@testable import MailStore

@Suite("Folders that change", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct FolderChangeTests {
    private static func path(_ text: String) -> FolderPath { FolderPath(raw: Array(text.utf8), display: text) }

    private static func paths(_ mailbox: Mailbox) async throws -> [FolderID: String] {
        let folders = try await mailbox.store.folders(of: mailbox.key)
        return Dictionary(uniqueKeysWithValues: folders.map { ($0.id, $0.path.display) })
    }

    private static func lease(_ mailbox: Mailbox) async throws -> LaneLease {
        try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
    }

    @Test(
        "a renamed folder keeps its id, cursor and mail; two may exchange names; an empty row of the new name gives way"
    )
    func renamed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            // A listing that came before the rename was understood has made a row of the new name.
            let listed = Mailbox.listed + [ListedFolder("New", role: nil)]
            _ = try await mailbox.store.refreshFolders(listed, of: mailbox.key)
            let archive = mailbox.folder("Archive")
            let lease = try await Self.lease(mailbox)
            try await mailbox.store.renameFolders(
                [mailbox.inbox.id: Self.path("New"), archive.id: archive.path], under: lease)
            var paths = try await Self.paths(mailbox)
            #expect(paths[mailbox.inbox.id] == "New" && paths.count == 8)
            #expect(try await mailbox.places(of: "a@x") == ["New:1"])

            try await mailbox.store.renameFolders(
                [mailbox.inbox.id: archive.path, archive.id: Self.path("New")], under: lease)
            paths = try await Self.paths(mailbox)
            #expect(paths[mailbox.inbox.id] == "Archive" && paths[archive.id] == "New")
            // The same once more is nothing.
            try await mailbox.store.renameFolders([archive.id: Self.path("New")], under: lease)
            #expect(try await Self.paths(mailbox) == paths)
        }
    }

    @Test("a name under which another folder holds mail is refused, and nothing is renamed")
    func taken() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.sent, uid: 1))
            let lease = try await Self.lease(mailbox)
            let before = try await Self.paths(mailbox)
            let error = try await storeError {
                try await mailbox.store.renameFolders([mailbox.inbox.id: mailbox.sent.path], under: lease)
            }
            guard case .database(let cause) = error else {
                Issue.record("not \(error)")
                return
            }
            #expect(cause.kind == .uniqueViolation)
            #expect(try await Self.paths(mailbox) == before)
        }
    }

    /// Guard: the fence of each.
    @Test("a lease that was replaced renames, parks, drops and settles nothing, nor takes a listing over")
    func fenced() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            _ = try await database.store(.operator).chooseFolders(
                of: mailbox.account.id, mode: .selected, paths: ["Archive"])
            let folders = try await mailbox.store.folders(of: mailbox.key)
            let inbox = try #require(folders.first { $0.id == mailbox.inbox.id })
            let old = try await Self.lease(mailbox)
            _ = try await Self.lease(mailbox)
            let rows = try await database.mailRows()
            let store = mailbox.store
            let attempts: [@Sendable () async throws -> Void] = [
                { try await store.renameFolders([inbox.id: Self.path("New")], under: old) },
                { try await store.parkFolder(inbox.id, until: EpochSeconds(StoreDatabase.now), under: old) },
                { try await store.markGone([inbox.id], under: old) },
                { try await store.settleStanding(of: inbox, under: old) },
                { _ = try await store.refreshFolders([ListedFolder("New", role: nil)], of: old.account, under: old) },
            ]
            for attempt in attempts { #expect(try await storeError { try await attempt() }.isLeaseLost) }
            #expect(try await database.mailRows() == rows)
        }
    }

    @Test("a folder that is gone leaves its mail as orphans, but for what lies elsewhere too; back, it begins anew")
    func gone() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var checkpoint = Checkpoint()
            checkpoint.messages = [
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.inbox, uid: 2),
                .test("b@x", in: mailbox.sent, uid: 1),
            ]
            checkpoint.skips = [
                .init(
                    folder: mailbox.inbox.id, uidValidity: Mailbox.validity, uids: UIDSet(normalising: [9...9]),
                    reason: .tooOld)
            ]
            checkpoint.cursors[mailbox.inbox.id] = FolderCursor(
                uidValidity: Mailbox.validity, uidNext: UID(rawValue: 10), exists: 3, highestModSequence: nil,
                proven: UID(rawValue: 9))
            checkpoint.mailboxIDs[mailbox.inbox.id] = "F1"
            try await mailbox.commit(checkpoint)
            try await mailbox.completeFirstSync()
            try await mailbox.store.markGone([mailbox.inbox.id], under: try await Self.lease(mailbox))
            #expect(try await Self.paths(mailbox)[mailbox.inbox.id] == nil)
            #expect(try await mailbox.standing(of: "a@x") == "in absent")
            #expect(try await mailbox.standing(of: "b@x") == "in")
            #expect(try await mailbox.places(of: "b@x") == ["Sent:1"])
            #expect(try await database.count("folder_skips") == 0)
            #expect(try await mailbox.takeEvents().count == 2)

            let folders = try await mailbox.store.refreshFolders(Mailbox.listed, of: mailbox.key)
            let inbox = try #require(folders.first { $0.path.display == "INBOX" })
            #expect(inbox.id == mailbox.inbox.id && inbox.isChosen && inbox.cursor == nil && inbox.mailboxID == nil)
            #expect(inbox.startedAt == mailbox.inbox.startedAt && !inbox.hasPlacements)
        }
    }

    @Test("a folder is parked until a moment; it remembers the last six changes of its UIDVALIDITY, and its own id")
    func parked() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            func inbox() async throws -> Folder {
                try #require(try await mailbox.store.folders(of: mailbox.key).first { $0.id == mailbox.inbox.id })
            }
            let until = EpochSeconds(StoreDatabase.now + 3600)
            try await mailbox.store.parkFolder(mailbox.inbox.id, until: until, under: try await Self.lease(mailbox))
            #expect(try await inbox().parkedUntil == until)
            try await mailbox.store.parkFolder(mailbox.inbox.id, until: nil, under: try await Self.lease(mailbox))
            #expect(try await inbox().parkedUntil == nil)

            for turn in 1...8 {
                var checkpoint = Checkpoint()
                checkpoint.restages[mailbox.inbox.id] = EpochSeconds(StoreDatabase.now + Int64(turn))
                checkpoint.mailboxIDs[mailbox.inbox.id] = "F\(turn)"
                try await mailbox.commit(checkpoint)
            }
            #expect(try await inbox().restagedAt.map { $0.rawValue - StoreDatabase.now } == [3, 4, 5, 6, 7, 8])
            #expect(try await inbox().mailboxID == "F8")
            // A list that doesn't tell keeps it, one that does replaces it.
            _ = try await mailbox.store.refreshFolders(Mailbox.listed, of: mailbox.key)
            #expect(try await inbox().mailboxID == "F8")
            let told = ListedFolder(path: mailbox.inbox.path, role: .inbox, isSelectable: true, mailboxID: "F9")
            _ = try await mailbox.store.refreshFolders([told], of: mailbox.key)
            #expect(try await inbox().mailboxID == "F9")
        }
    }

    @Test(
        "a folder that is chosen no more puts its mail out of scope, once settled, and chosen again back in",
        arguments: [1, 2, 100])
    func settled(pageSize: Int) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.inbox, uid: 2),
                .test("c@x", in: mailbox.inbox, uid: 3), .test("c@x", in: mailbox.folder("Archive"), uid: 1),
                .test("d@x", in: mailbox.inbox, uid: 4, flags: [.deleted]))
            try await mailbox.completeFirstSync()
            let ids = ["a@x", "b@x", "c@x", "d@x"]
            func choose(_ paths: [String]) async throws -> Folder {
                let folders = try await database.store(.operator).chooseFolders(
                    of: mailbox.account.id, mode: .selected, paths: paths)
                return try #require(folders.first { $0.id == mailbox.inbox.id })
            }
            func standings() async throws -> [String] {
                var all: [String] = []
                for id in ids { all.append(try await mailbox.standing(of: id)) }
                return all
            }
            var inbox = try await choose(["Archive"])
            #expect(inbox.needsSettling && inbox.isFollowed)
            #expect(try await standings() == ["in", "in", "in", "in trashed"])
            try await mailbox.store.settleStanding(
                of: inbox, under: try await Self.lease(mailbox), pageSize: pageSize)
            #expect(try await standings() == ["", "", "in", "trashed"])
            #expect(try await mailbox.takeEvents().count == 3)

            inbox = try await choose(["Archive", "INBOX"])
            #expect(inbox.needsSettling)
            let settled = inbox
            try await mailbox.store.settleStanding(
                of: settled, under: try await Self.lease(mailbox), pageSize: pageSize)
            #expect(try await standings() == ["in", "in", "in", "in trashed"])
            inbox = try await choose(["Archive", "INBOX"])
            #expect(!inbox.needsSettling)
            try await mailbox.store.settleStanding(of: inbox, under: try await Self.lease(mailbox))
        }
    }

    /// Guard: `standing_due_at = $4`. Without it the second change would be forgotten.
    @Test("a choice that changes while a folder is settled leaves it due")
    func changedMeanwhile() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(.test("a@x", in: mailbox.inbox, uid: 1))
            let operators = try database.store(.operator)
            func choose(_ paths: [String]) async throws -> Folder {
                let folders = try await operators.chooseFolders(of: mailbox.account.id, mode: .selected, paths: paths)
                return try #require(folders.first { $0.id == mailbox.inbox.id })
            }
            let seen = try await choose(["Archive"])
            let changed = try await choose(["INBOX"])
            try await mailbox.store.settleStanding(of: seen, under: try await Self.lease(mailbox))
            let folders = try await mailbox.store.folders(of: mailbox.key)
            #expect(folders.first { $0.id == changed.id }?.needsSettling == true)
        }
    }

    @Test("a folder that becomes Trash, or was never anyone's choice when its first message came, is due as well")
    func role() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.alpha, uid: 1))
            func due() async throws -> [String] {
                try await mailbox.store.folders(of: mailbox.key).filter(\.needsSettling).map(\.path.display)
            }
            #expect(try await due() == ["Projects/Alpha"])
            _ = try await mailbox.store.refreshFolders([ListedFolder("INBOX", role: .trash)], of: mailbox.key)
            #expect(try await due() == ["INBOX", "Projects/Alpha"])
        }
    }

    /// Guard: folders locked by id in both. Without it a choice and a checkpoint could wait for each other.
    @Test("choices of folders and checkpoints over all of them at once all come through")
    func noDeadlock() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let operators = try database.store(.operator)
            var checkpoint = Checkpoint()
            for folder in mailbox.folders {
                checkpoint.cursors[folder.id] = FolderCursor(
                    uidValidity: Mailbox.validity, uidNext: nil, exists: 0, highestModSequence: nil, proven: nil)
            }
            checkpoint.completion = .init(
                finishedAt: EpochSeconds(StoreDatabase.now), nextDueAt: EpochSeconds(StoreDatabase.now),
                completesFirstSync: true)
            let batch = checkpoint
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for turn in 0..<40 {
                    group.addTask {
                        if turn.isMultiple(of: 2) {
                            _ = try await mailbox.store.commit(batch, addresses: [], under: lease)
                        } else {
                            _ = try await operators.chooseFolders(
                                of: mailbox.account.id, mode: .selected, paths: turn % 4 == 1 ? ["INBOX"] : ["Archive"])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
