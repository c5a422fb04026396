import MailModel
import Testing

@testable import SyncPlanning

@Suite("Planning a visit after the first sync")
struct PollPlannerTests {
    private static func state(
        _ next: Int?, exists: Int, validity: UInt32 = 7, modSequence: UInt64? = nil
    ) -> FolderState {
        FolderState(
            uidValidity: UIDValidity(rawValue: validity), uidNext: next.map(Make.uid), exists: exists,
            highestModSequence: modSequence.map { ModSequence(rawValue: $0) })
    }

    private static let placed = Make.uids(1, 2, 3)

    private static func steps(_ remote: FolderState, since stored: FolderState, flagsAreDue: Bool = false) -> [SyncStep]
    {
        PollPlanner.plan(remote: remote, stored: stored, placed: placed, flagsAreDue: flagsAreDue)
    }

    @Test("nothing differs: nothing is done")
    func nothing() {
        #expect(Self.steps(Self.state(10, exists: 3), since: Self.state(10, exists: 3)).isEmpty)
        #expect(
            Self.steps(
                Self.state(10, exists: 3, modSequence: 5), since: Self.state(10, exists: 3, modSequence: 5),
                flagsAreDue: true
            ).isEmpty)
    }

    @Test("a grown UIDNEXT fetches from the saved one on")
    func newMail() {
        #expect(
            Self.steps(Self.state(12, exists: 5), since: Self.state(10, exists: 3)) == [.fetchNew(from: Make.uid(10))])
    }

    @Test("UIDs below n in the reply to n:* are dropped: the last message always answers")
    func lastMessageAlwaysAnswers() {
        #expect(PollPlanner.arrivals(in: Make.uids(9), from: Make.uid(10)).isEmpty)
        #expect(PollPlanner.arrivals(in: Make.uids(9, 10, 12), from: Make.uid(10)) == Make.uids(10, 12))
    }

    @Test("a UIDNEXT that went back, or isn't told, asks for the full difference")
    func uidNextLost() {
        #expect(Self.steps(Self.state(9, exists: 3), since: Self.state(10, exists: 3)) == [.compareSets])
        #expect(Self.steps(Self.state(nil, exists: 3), since: Self.state(10, exists: 3)) == [.compareSets])
        #expect(Self.steps(Self.state(10, exists: 3), since: Self.state(nil, exists: 3)) == [.compareSets])
    }

    @Test("more messages than UIDs were given out asks for the full difference")
    func countsDisagree() {
        #expect(Self.steps(Self.state(11, exists: 5), since: Self.state(10, exists: 3)) == [.compareSets])
    }

    @Test("fewer messages than there should be looks for what was expunged")
    func expunged() {
        #expect(
            Self.steps(Self.state(10, exists: 2), since: Self.state(10, exists: 3))
                == [.findExpunged(below: Make.uid(10))])
        #expect(
            Self.steps(Self.state(12, exists: 3), since: Self.state(10, exists: 3))
                == [.fetchNew(from: Make.uid(10)), .findExpunged(below: Make.uid(10))])
    }

    @Test("another UIDVALIDITY, larger or smaller, starts a new generation, and so does 0", arguments: [8, 6, 0])
    func generation(validity: UInt32) {
        #expect(
            Self.steps(
                Self.state(12, exists: 5, validity: validity), since: Self.state(10, exists: 3), flagsAreDue: true)
                == [.restage(UIDValidity(rawValue: validity))])
    }

    @Test("0 twice is no stable UIDVALIDITY")
    func unstable() {
        #expect(
            Self.steps(Self.state(10, exists: 3, validity: 0), since: Self.state(10, exists: 3, validity: 0))
                == [.restage(UIDValidity(rawValue: 0))])
    }

    @Test("flags are read by mod-sequence where it tells, and of all placed UIDs where it doesn't")
    func flags() {
        let before = Self.state(10, exists: 3, modSequence: 5)
        #expect(
            Self.steps(Self.state(10, exists: 3, modSequence: 9), since: before)
                == [.refreshFlagsChanged(since: ModSequence(rawValue: 5))])
        #expect(Self.steps(Self.state(10, exists: 3, modSequence: 4), since: before) == [.refreshFlags(Self.placed)])
        #expect(
            Self.steps(Self.state(10, exists: 3, modSequence: 0), since: before, flagsAreDue: true)
                == [.refreshFlags(Self.placed)])
        #expect(
            Self.steps(Self.state(10, exists: 3), since: Self.state(10, exists: 3), flagsAreDue: true)
                == [.refreshFlags(Self.placed)])
        #expect(
            PollPlanner.plan(
                remote: Self.state(10, exists: 3), stored: Self.state(10, exists: 3), placed: UIDSet()
            ).isEmpty)
    }

    /// A visit as a table's line: what was saved, what the server says, what is done by each means.
    struct Visit: CustomStringConvertible, Sendable {
        let description: String
        let before: FolderState
        let now: FolderState
        let qresync: [SyncStep]
        let condstore: [SyncStep]
        let none: [SyncStep]
    }

    private static func since(_ value: UInt64) -> ModSequence { ModSequence(rawValue: value) }
    private static func changes(_ value: UInt64) -> SyncStep { .findChanges(since: since(value), upTo: Make.uid(4)) }
    private static let new = SyncStep.fetchNew(from: Make.uid(10))
    private static let expunged = SyncStep.findExpunged(below: Make.uid(10))
    private static let all = SyncStep.refreshFlags(placed)

    static let visits: [Visit] = [
        Visit(
            description: "nothing happened", before: state(10, exists: 4, modSequence: 5),
            now: state(10, exists: 4, modSequence: 5), qresync: [], condstore: [], none: [all]),
        Visit(
            description: "a flag changed", before: state(10, exists: 4, modSequence: 5),
            now: state(10, exists: 4, modSequence: 6), qresync: [changes(5)],
            condstore: [.refreshFlagsChanged(since: since(5))], none: [all]),
        Visit(
            description: "a message came", before: state(10, exists: 4, modSequence: 5),
            now: state(11, exists: 5, modSequence: 6), qresync: [new, changes(5)],
            condstore: [new, .refreshFlagsChanged(since: since(5))], none: [new, all]),
        Visit(
            description: "a message was expunged", before: state(10, exists: 4, modSequence: 5),
            now: state(10, exists: 3, modSequence: 6), qresync: [changes(5)],
            condstore: [expunged, .refreshFlagsChanged(since: since(5))], none: [expunged, all]),
        Visit(
            description: "one came and one was expunged", before: state(10, exists: 4, modSequence: 5),
            now: state(11, exists: 4, modSequence: 7), qresync: [new, changes(5)],
            condstore: [new, expunged, .refreshFlagsChanged(since: since(5))], none: [new, expunged, all]),
        Visit(
            description: "one expunged and no mod-sequence moved for it", before: state(10, exists: 4, modSequence: 5),
            now: state(10, exists: 3, modSequence: 5), qresync: [expunged], condstore: [expunged],
            none: [expunged, all]),
        Visit(
            description: "the mod-sequence fell", before: state(10, exists: 4, modSequence: 5),
            now: state(10, exists: 3, modSequence: 4), qresync: [expunged, all], condstore: [expunged, all],
            none: [expunged, all]),
        Visit(
            description: "the server has no mod-sequences for this folder", before: state(10, exists: 4),
            now: state(10, exists: 4), qresync: [all], condstore: [all], none: [all]),
        Visit(
            description: "UIDNEXT went back", before: state(10, exists: 4, modSequence: 5),
            now: state(9, exists: 4, modSequence: 6), qresync: [.compareSets, .refreshFlagsChanged(since: since(5))],
            condstore: [.compareSets, .refreshFlagsChanged(since: since(5))], none: [.compareSets, all]),
        Visit(
            description: "UIDVALIDITY changed", before: state(10, exists: 4, modSequence: 5),
            now: state(10, exists: 4, validity: 8, modSequence: 5),
            qresync: [.restage(UIDValidity(rawValue: 8))], condstore: [.restage(UIDValidity(rawValue: 8))],
            none: [.restage(UIDValidity(rawValue: 8))]),
    ]

    @Test("each visit is planned by the best that the server has", arguments: visits)
    func byMeans(visit: Visit) {
        for (means, steps) in [
            (ChangeMeans.qresync, visit.qresync), (.condstore, visit.condstore), (.none, visit.none),
        ] {
            #expect(
                PollPlanner.plan(
                    remote: visit.now, stored: visit.before, placed: Self.placed, skipped: Make.uids(4), means: means)
                    == steps, "\(means)")
        }
    }

    @Test(
        "once the visit's state is saved there is nothing more to do, but for what only asking tells", arguments: visits
    )
    func idempotent(visit: Visit) {
        for means in ChangeMeans.allCases {
            #expect(
                PollPlanner.plan(
                    remote: visit.now, stored: visit.now, placed: Self.placed, means: means, flagsAreDue: false
                ).isEmpty)
        }
    }

    @Test("skipped messages vanish too: a folder with nothing placed is asked, up to the highest that is known")
    func skippedVanish() {
        let steps = PollPlanner.plan(
            remote: Self.state(10, exists: 1, modSequence: 6), stored: Self.state(10, exists: 2, modSequence: 5),
            placed: UIDSet(), skipped: Make.uids(2, 6), means: .qresync)
        #expect(steps == [.findChanges(since: Self.since(5), upTo: Make.uid(6))])
    }

    @Test("where mod-sequences move before their changes can be seen, some are asked for again")
    func overlap() {
        func steps(saved: UInt64, overlap: UInt64) -> [SyncStep] {
            PollPlanner.plan(
                remote: Self.state(10, exists: 3, modSequence: 900),
                stored: Self.state(10, exists: 3, modSequence: saved), placed: Self.placed, overlap: overlap)
        }
        #expect(steps(saved: 800, overlap: 100) == [.refreshFlagsChanged(since: Self.since(700))])
        #expect(steps(saved: 50, overlap: 100) == [.refreshFlagsChanged(since: Self.since(1))])
    }

    @Test("so many messages gone at once that a server's fault is likelier are confirmed first")
    func expungeRule() {
        #expect(ExpungeRule.decide(gone: 50, of: 60) == .apply)
        #expect(ExpungeRule.decide(gone: 51, of: 60) == .confirm)
        #expect(ExpungeRule.decide(gone: 200, of: 1_000) == .apply)
        #expect(ExpungeRule.decide(gone: 201, of: 1_000) == .confirm)
    }
}
