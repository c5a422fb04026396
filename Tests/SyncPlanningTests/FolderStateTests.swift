import MailModel
import Testing

@testable import SyncPlanning

@Suite("Comparing a folder's states")
struct FolderStateTests {
    private static func state(
        _ validity: UInt32 = 7, next: UInt32? = 10, exists: Int = 3, modSequence: UInt64? = 100
    ) -> FolderState {
        FolderState(
            uidValidity: UIDValidity(rawValue: validity), uidNext: next.flatMap { UID(rawValue: $0) },
            exists: exists, highestModSequence: modSequence.flatMap { ModSequence(rawValue: $0) })
    }

    @Test("a UID that was given out, or another UIDVALIDITY, may be something that came; a removal or a flag is not")
    func gained() {
        let before = Self.state()
        #expect(!Self.state().mayHaveGained(since: before))
        #expect(!Self.state(exists: 2, modSequence: 120).mayHaveGained(since: before))
        #expect(Self.state(next: 11).mayHaveGained(since: before))
        #expect(Self.state(8).mayHaveGained(since: before))
    }

    @Test("where the next UID isn't told, another count may be something that came")
    func untold() {
        #expect(Self.state(next: nil, exists: 4).mayHaveGained(since: Self.state()))
        #expect(!Self.state(next: nil).mayHaveGained(since: Self.state()))
    }

    @Test("states are equal where nothing came, went or changed, as far as both tell")
    func equal() {
        let before = Self.state()
        #expect(Self.state().equals(before) && Self.state(modSequence: nil).equals(before))
        #expect(!Self.state(exists: 2).equals(before) && !Self.state(modSequence: 101).equals(before))
        #expect(!Self.state(next: 11).equals(before))
    }
}
