import MailModel
import Testing

@testable import SyncPlanning

@Suite("Where a message stands")
struct MessageStandingTests {
    private typealias Placement = MessageStanding.Placement

    private static let watched = Placement(isWatched: true)
    private static let inbox = Placement(isWatched: true, role: .inbox)
    private static let other = Placement(isWatched: false)
    private static let trash = Placement(isWatched: false, role: .trash)
    private static let watchedTrash = Placement(isWatched: true, role: .trash)
    private static let deleted = Placement(isWatched: true, isDeleted: true)
    private static let junk = Placement(isWatched: false, role: .junk)

    @Test(
        "all its placements together decide, in any order",
        arguments: [
            ([], .gone), ([watched], .inScope), ([inbox], .inScope), ([other], .outOfScope), ([junk], .outOfScope),
            ([trash], .trashed), ([watchedTrash], .trashed), ([deleted], .trashed), ([trash, deleted], .trashed),
            ([other, trash], .outOfScope), ([other, deleted], .outOfScope), ([watched, trash], .inScope),
            ([watched, deleted, other], .inScope), ([Placement(isWatched: false, isDeleted: true)], .trashed),
        ] as [([MessageStanding.Placement], MessageStanding)])
    private func table(placements: [Placement], standing: MessageStanding) {
        #expect(MessageStanding(placements: placements) == standing)
        #expect(MessageStanding(placements: placements.reversed()) == standing)
    }
}
