import MailModel
import TestSupport
import Testing

@testable import SyncPlanning

@Suite("Cutting threads into rounds")
struct FetchRoundsTests {
    private static func thread(_ first: Int, count: Int, size: Int = 10, folder: FolderID = Make.inbox) -> PlannedThread
    {
        PlannedThread(
            newest: Make.start - Int64(first),
            members: (first..<(first + count)).map {
                .init(folder: folder, uid: Make.uid($0), size: size, internalDate: Make.start - Int64(first))
            })
    }

    @Test("the first round is small, and later ones grow to their bound")
    func grows() {
        let rounds = FetchRounds.cut((1...3_000).map { Self.thread($0, count: 1) })
        #expect(rounds.map(\.messages) == [64, 256, 1_024, 1_656])
        let more = FetchRounds.cut((1...9_000).map { Self.thread($0, count: 1) })
        #expect(more.map(\.messages) == [64, 256, 1_024, 2_000, 2_000, 2_000, 1_656])
    }

    @Test("a thread that is larger than any round is one by itself, uncut")
    func largeThread() {
        let rounds = FetchRounds.cut(
            [Self.thread(1, count: 2), Self.thread(10, count: 500), Self.thread(1_000, count: 1)], firstMessages: 10,
            messages: 100)
        #expect(rounds.map(\.messages) == [2, 500, 1])
        #expect(rounds.map(\.threads) == [1, 1, 1])
    }

    @Test("bytes bound a round as well")
    func byBytes() {
        let rounds = FetchRounds.cut((1...10).map { Self.thread($0, count: 1, size: 400) }, bytes: 1_000)
        #expect(rounds.map(\.messages) == [2, 2, 2, 2, 2])
    }

    @Test("no threads make no rounds")
    func empty() { #expect(FetchRounds.cut([]).isEmpty) }

    @Test("rounds keep threads whole and in their order, and together are the plan", arguments: 0..<60)
    func wholeThreads(seed: Int) {
        // given
        var random = SeededGenerator(seed: UInt64(seed))
        let entries = RandomIndex.entries(count: 120, using: &random)
        let threads = FirstSyncPlanner.plan(entries: entries, windows: Make.windows).remaining
        // when
        let rounds = FetchRounds.cut(threads, firstMessages: 4, messages: 20, bytes: 400_000)
        // then
        #expect(rounds.reduce(0) { $0 + $1.threads } == threads.count)
        var rest = threads[...]
        for round in rounds {
            let expected = rest.prefix(round.threads).flatMap(\.members)
            let placements = Set(expected.map { Placement(folder: $0.folder, uid: $0.uid) })
            #expect(round.uids == RandomIndex.stored(placements))
            #expect(round.messages == expected.count)
            rest = rest.dropFirst(round.threads)
        }
    }
}
