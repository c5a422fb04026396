import MailModel
import MailStore
import Postgres
import Testing

@Suite("Folders", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct FolderTests {
    @Test(
        "a folder's raw bytes and id stay as they were, however odd its name",
        arguments: [
            ([0x49, 0xFF, 0xFE, 0x80], "I\u{FFFD}\u{FFFD}\u{FFFD}"), (Array("\"a\\b\"'".utf8), "\"a\\b\"'"),
            (Array("{x},NULL,\\N".utf8), "{x},NULL,\\N"), (Array("📮/été".utf8), "📮/été"),
            (Array("&ZeVnLIqe-".utf8), "日本語"),
            (Array("a\tb\nc".utf8), "a\tb\nc"), (Array(" ".utf8), " "),
        ])
    func rawBytes(raw: [UInt8], display: String) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let listed = ListedFolder(path: FolderPath(raw: raw, display: display), role: nil, isSelectable: true)
            let first = try await mailbox.store.refreshFolders([listed], of: mailbox.key)
            let stored = try #require(first.first { $0.path.raw == raw })
            #expect(stored.path.display == display)
            #expect(try await mailbox.store.refreshFolders([listed], of: mailbox.key) == first)
        }
    }

    @Test("a folder that is listed twice in one reply is one folder")
    func listedTwice() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let twice = [ListedFolder("Twice", role: nil), ListedFolder("Twice", role: nil)]
            let folders = try await mailbox.store.refreshFolders(twice, of: mailbox.key)
            #expect(folders.count { $0.path.display == "Twice" } == 1)
        }
    }

    @Test("what the server says anew of a folder is taken over, and its id and cursor stay")
    func refreshed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var checkpoint = Checkpoint()
            checkpoint.cursors[mailbox.inbox.id] = FolderCursor(
                uidValidity: UIDValidity(rawValue: .max), uidNext: .max, exists: 12,
                highestModSequence: ModSequence(rawValue: .max), proven: UID(rawValue: 11))
            try await mailbox.commit(checkpoint)
            let listed = ListedFolder(
                path: FolderPath(raw: Array("INBOX".utf8), display: "Inbox"), role: .inbox, isSelectable: false)
            let folders = try await mailbox.store.refreshFolders([listed], of: mailbox.key)
            let inbox = try #require(folders.first { $0.id == mailbox.inbox.id })
            #expect(inbox.path.display == "Inbox" && !inbox.isSelectable && inbox.isChosen)
            #expect(inbox.cursor == checkpoint.cursors[mailbox.inbox.id])
        }
    }

    @Test("an empty LIST, or one that leaves folders out, deletes none")
    func emptyList() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            #expect(try await mailbox.store.refreshFolders([], of: mailbox.key) == mailbox.folders)
            let partial = [ListedFolder("Archive", role: .archive)]
            #expect(try await mailbox.store.refreshFolders(partial, of: mailbox.key) == mailbox.folders)
        }
    }

    @Test(
        "folders are chosen by their paths, without regard to case where only that differs; a later choice replaces it")
    func chosen() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let store = try database.store(.operator)
            func choose(_ paths: String...) async throws -> [String] {
                try await store.chooseFolders(of: mailbox.account.id, mode: .selected, paths: paths)
                    .filter(\.isChosen).map(\.path.display)
            }
            #expect(try await choose("inbox", "Projects/Alpha") == ["INBOX", "Projects/Alpha"])
            #expect(try await choose("Trash") == ["Trash"])
            #expect(try await store.account(mailbox.account.id).folderMode == .selected)
        }
    }

    @Test("a path that isn't there is refused with those that are; so is one that holds no mail; the choice stays")
    func unknown() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = try database.store(.operator)
            func refusal(_ paths: [String]) async throws -> StoreError {
                try await storeError {
                    try await store.chooseFolders(of: mailbox.account.id, mode: .selected, paths: paths)
                }
            }
            let unknown = try await refusal(["INBOX", "Projects/Beta"])
            #expect(unknown.code == "folder_unknown")
            #expect("\(unknown)".contains("Projects/Beta") && "\(unknown)".contains("Projects/Alpha"))
            #expect(try await refusal(["Projects"]).code == "folder_unselectable")
            #expect(try await refusal([]).code == "folders_not_chosen")
            #expect(try await store.folders(of: mailbox.key) == mailbox.folders)
        }
    }

    @Test("the choice of all leaves out Trash, Spam, Drafts and what holds no mail, unless chosen by name besides")
    func all() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let store = try database.store(.operator)
            let all = try await store.chooseFolders(of: mailbox.account.id, mode: .all, paths: [])
            #expect(Set(all.filter(\.isChosen).map(\.path.display)) == ["INBOX", "Archive", "Sent", "Projects/Alpha"])
            let besides = try await store.chooseFolders(of: mailbox.account.id, mode: .all, paths: ["Trash"])
            #expect(besides.first { $0.path.display == "Trash" }?.isChosen == true)
        }
    }

    @Test("Sent is watched from Start on without having been chosen")
    func sent() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            #expect(!mailbox.sent.isChosen && mailbox.sent.isWatched)
            #expect(mailbox.sent.startedAt == EpochSeconds(StoreDatabase.now))
            #expect(mailbox.folder("Trash").startedAt == nil && !mailbox.folder("Trash").isWatched)
        }
    }

    @Test("a folder chosen after Start has a T of its own, and those chosen before keep theirs")
    func ownStart() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let later = try database.store(.operator, milliseconds: (StoreDatabase.now + 500) * 1000 + 400)
            let folders = try await later.chooseFolders(
                of: mailbox.account.id, mode: .selected, paths: ["INBOX", "Projects/Alpha"])
            func start(_ path: String) -> EpochSeconds? { folders.first { $0.path.display == path }?.startedAt }
            #expect(start("Projects/Alpha") == EpochSeconds(StoreDatabase.now + 500))
            #expect(start("INBOX") == EpochSeconds(StoreDatabase.now))
            #expect(start("Sent") == EpochSeconds(StoreDatabase.now))
            #expect(start("Archive") == nil, "it is no longer watched")
        }
    }

    @Test("in mode all a folder that appears is chosen with a T of its own; in mode selected, and in Trash, it isn't")
    func appears() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let later = try database.store(.worker, milliseconds: (StoreDatabase.now + 500) * 1000)
            let new = [
                ListedFolder("New", role: nil), ListedFolder("Bin", role: .trash),
                ListedFolder("Level", role: nil, isSelectable: false),
            ]
            let selected = try await later.refreshFolders(new, of: mailbox.key)
            #expect(selected.first { $0.path.display == "New" }?.isChosen == false)
            _ = try await database.store(.operator).chooseFolders(of: mailbox.account.id, mode: .all, paths: [])
            let folders = try await later.refreshFolders(
                new + [ListedFolder("Newer", role: nil), ListedFolder("Rubbish", role: .junk)], of: mailbox.key)
            let newer = try #require(folders.first { $0.path.display == "Newer" })
            #expect(newer.isChosen && newer.startedAt == EpochSeconds(StoreDatabase.now + 500))
            for path in ["Bin", "Rubbish", "Level"] {
                let folder = try #require(folders.first { $0.path.display == path })
                #expect(!folder.isChosen && folder.startedAt == nil, "\(path)")
            }
        }
    }
}
