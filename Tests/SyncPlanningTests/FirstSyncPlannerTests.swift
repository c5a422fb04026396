import MailModel
import TestSupport
import Testing
import Threading

@testable import SyncPlanning

@Suite("Planning a first sync")
struct FirstSyncPlannerTests {
    private static let limit: Int64 = 259_200

    private static func plan(_ entries: [IndexEntry], stored: [FolderID: UIDSet] = [:]) -> FirstSyncPlan {
        FirstSyncPlanner.plan(entries: entries, windows: Make.windows, stored: stored)
    }

    @Test("a thread whose newest message is exactly 72 hours old is pulled; a second older, it is skipped")
    func toTheSecond() {
        let plan = Self.plan([
            Make.entry(1, age: Self.limit, id: "a@x"), Make.entry(2, age: Self.limit + 1, id: "b@x"),
        ])
        #expect(plan.fetched == [Placement(folder: Make.inbox, uid: Make.uid(1))])
        #expect(plan.skipped[Make.inbox] == Make.uids(2))
    }

    @Test("a thread that straddles the window is pulled whole, however old its first message is")
    func straddles() {
        let plan = Self.plan([
            Make.entry(1, age: 90_000_000, id: "a@x"), Make.entry(2, age: 9_000_000, id: "b@x", replyTo: ["a@x"]),
            Make.entry(3, age: 60, id: "c@x", references: ["a@x", "b@x"]), Make.entry(4, age: 90_000_000, id: "d@x"),
        ])
        #expect(plan.remaining.count == 1)
        #expect(plan.remaining[0].members.map(\.uid) == [3, 2, 1].map(Make.uid))
        #expect(plan.remaining[0].newest == Make.start - 60)
        #expect(plan.skipped[Make.inbox] == Make.uids(4))
    }

    @Test("a recent reply in Sent pulls the old message of INBOX that it answers")
    func acrossFolders() {
        let plan = Self.plan([
            Make.entry(Make.inbox, 1, age: 9_000_000, id: "a@x"),
            Make.entry(Make.sent, 1, age: 60, id: "b@x", replyTo: ["a@x"]),
        ])
        #expect(
            plan.fetched == [
                Placement(folder: Make.inbox, uid: Make.uid(1)), Placement(folder: Make.sent, uid: Make.uid(1)),
            ])
    }

    @Test("two old branches and a recent one that share only a lost ancestor are one thread")
    func unseenAncestor() {
        let plan = Self.plan([
            Make.entry(1, age: 9_000_000, id: "a@x", replyTo: ["lost@x"]),
            Make.entry(2, age: 60, id: "b@x", references: ["lost@x", "other@x"]),
            Make.entry(3, age: 9_000_000, id: "c@x", replyTo: ["other@x"]),
        ])
        #expect(plan.remaining.map(\.members.count) == [3])
        #expect(plan.skipped.values.allSatisfy { $0.isEmpty })
    }

    @Test(
        "an old message whose thread is stored, wherever that lies, is pulled, and one that is stored itself is placed")
    func stored() {
        let entries = [
            Make.entry(1, age: 9_000_000, id: "a@x"),
            Make.entry(2, age: 9_000_000, id: "b@x", replyTo: ["stored@x"]),
            Make.entry(3, age: 9_000_000, id: "c@x"),
        ]
        let plan = FirstSyncPlanner.plan(
            entries: entries, windows: Make.windows,
            synced: Set(Make.entry(1, age: 0, id: "a@x").linkKeys + Make.entry(1, age: 0, id: "stored@x").linkKeys))
        #expect(plan.remaining.flatMap { $0.members.map(\.uid) }.sorted() == [1, 2].map(Make.uid))
        #expect(plan.skipped[Make.inbox] == Make.uids(3))
    }

    @Test("two threads of a provider that references tie together are pulled together")
    func providerThreads() {
        let plan = Self.plan([
            Make.entry(1, age: 9_000_000, id: "a@x", provider: "1"),
            Make.entry(2, age: 8_000_000, id: "b@x", provider: "1"),
            Make.entry(3, age: 7_000_000, id: "c@x", references: ["b@x"], provider: "2"),
            Make.entry(4, age: 60, id: "d@x", provider: "2"),
        ])
        #expect(plan.remaining.map(\.members.count) == [4])
    }

    @Test("copies of one message in two folders are one thread, also without a Message-ID")
    func copies() {
        let plan = Self.plan([
            Make.entry(Make.archive, 1, age: 9_000_000, copyOf: "g1"), Make.entry(Make.inbox, 1, age: 60, copyOf: "g1"),
        ])
        #expect(plan.totals == SyncTotals(threads: 1, messages: 2, bytes: 2_000))
    }

    @Test("a folder chosen later counts from its own start, and pulls old members out of the other folders")
    func ownStart() {
        // given: INBOX was started a week before the archive.
        let windows = [Make.inbox: Window(start: Make.start - 604_800), Make.archive: Make.window]
        let entries = [
            Make.entry(Make.inbox, 1, age: 604_800 + Self.limit, id: "a@x"),
            Make.entry(Make.inbox, 2, age: 604_800 + Self.limit + 1, id: "b@x"),
            Make.entry(Make.archive, 1, age: Self.limit + 1, id: "c@x"),
            Make.entry(Make.archive, 2, age: Self.limit, id: "d@x", replyTo: ["b@x"]),
        ]
        // when
        let plan = FirstSyncPlanner.plan(entries: entries, windows: windows, stored: [Make.inbox: Make.uids(1)])
        // then
        #expect(
            plan.fetched == [
                Placement(folder: Make.inbox, uid: Make.uid(2)), Placement(folder: Make.archive, uid: Make.uid(2)),
            ])
        #expect(plan.skipped == [Make.inbox: UIDSet(), Make.archive: Make.uids(1)])
        #expect(plan.done == SyncTotals(threads: 1, messages: 1, bytes: 1_000))
    }

    @Test("threads come newest first, equal ones in the order of folder and UID, whatever the order of the index")
    func newestFirst() {
        var random = SeededGenerator(seed: 3)
        let entries = (1...40).map { Make.entry($0, age: Int64($0 % 5) * 100, id: "m\($0)@x") }
        let expected = entries.sorted { ($1.internalDate, $0.uid) < ($0.internalDate, $1.uid) }.map(\.uid)
        for _ in 0..<5 {
            let plan = Self.plan(entries.shuffled(using: &random))
            #expect(plan.remaining.flatMap(\.members).map(\.uid) == expected)
        }
    }

    @Test("a thread with a placed member is never skipped, old as it may be")
    func placedIsNeverSkipped() {
        let entries = [
            Make.entry(1, age: 9_000_000, id: "a@x"), Make.entry(2, age: 9_000_000, id: "b@x", replyTo: ["a@x"]),
        ]
        let plan = Self.plan(entries, stored: [Make.inbox: Make.uids(1)])
        #expect(plan.fetched == [Placement(folder: Make.inbox, uid: Make.uid(2))])
        #expect(plan.skipped[Make.inbox] == UIDSet())
    }

    @Test("an empty mailbox is planned: nothing to do, and every folder has its empty set")
    func empty() {
        let plan = Self.plan([])
        #expect(plan.remaining.isEmpty)
        #expect(plan.totals == SyncTotals())
        #expect(plan.skipped == [Make.inbox: UIDSet(), Make.sent: UIDSet(), Make.archive: UIDSet()])
    }

    @Test("a widened window plans only what the narrower one had left out")
    func widened() {
        // given
        var random = SeededGenerator(seed: 11)
        let entries = RandomIndex.entries(count: 60, using: &random)
        let wider = Make.windows.mapValues { $0.widened(to: 2 * Self.limit) }
        // when
        let first = Self.plan(entries)
        let stored = RandomIndex.stored(first.fetched)
        let second = FirstSyncPlanner.plan(entries: entries, windows: wider, stored: stored)
        // then
        #expect(second.fetched.isDisjoint(with: first.fetched))
        let atOnce = FirstSyncPlanner.plan(entries: entries, windows: wider)
        #expect(second.fetched.union(first.fetched) == atOnce.fetched)
        #expect(second.skipped == atOnce.skipped)
    }

    @Test("what is pulled is what a plain search over the links finds, and the rest is skipped", arguments: 0..<150)
    func agreesWithPlainSearch(seed: Int) {
        // given
        var random = SeededGenerator(seed: UInt64(seed))
        let entries = RandomIndex.entries(count: Int.random(in: 0...70, using: &random), using: &random)
        // when
        let plan = Self.plan(entries)
        // then
        let due = RandomIndex.naivelyDue(entries, windows: Make.windows)
        #expect(plan.fetched == due)
        for folder in Make.windows.keys {
            let server = UIDSet(entries.filter { $0.folder == folder }.map(\.uid))
            let fetched = UIDSet(due.filter { $0.folder == folder }.map(\.uid))
            #expect(
                CoverageCheck.verify(
                    server: server, placed: fetched, skipped: [(plan.skipped[folder] ?? UIDSet(), .tooOld)]
                ).isEmpty)
        }
        #expect(plan.totals.messages == due.count)
        #expect(plan.done == SyncTotals())
    }

    @Test("a sync that was broken off anywhere is planned on to the same end", arguments: 0..<60)
    func restarts(seed: Int) {
        // given
        var random = SeededGenerator(seed: UInt64(seed) &+ 500)
        let entries = RandomIndex.entries(count: 60, using: &random)
        let full = Self.plan(entries)
        let placed = full.fetched.filter { _ in Bool.random(using: &random) }
        // when
        let rest = Self.plan(entries.shuffled(using: &random), stored: RandomIndex.stored(placed))
        // then
        #expect(rest.fetched.isDisjoint(with: placed))
        #expect(rest.fetched.union(placed) == full.fetched)
        #expect(rest.skipped == full.skipped)
        #expect(rest.totals == full.totals)
        #expect(rest.done.messages == placed.count)
        #expect(rest.done.threads + rest.remaining.count == full.totals.threads)
        #expect(rest.done.bytes + rest.remaining.reduce(0) { $0 + $1.bytes } == full.totals.bytes)
    }
}
