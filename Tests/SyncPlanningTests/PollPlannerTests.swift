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

    @Test("so many messages gone at once that a server's fault is likelier are confirmed first")
    func expungeRule() {
        #expect(ExpungeRule.decide(gone: 50, of: 60) == .apply)
        #expect(ExpungeRule.decide(gone: 51, of: 60) == .confirm)
        #expect(ExpungeRule.decide(gone: 200, of: 1_000) == .apply)
        #expect(ExpungeRule.decide(gone: 201, of: 1_000) == .confirm)
    }
}
