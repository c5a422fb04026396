import Ancestry
import Foundation
import MailModel
import Testing

@testable import MailStore
@testable import SyncEngine

@Suite("An action while its original is sought")
struct AncestorQuestTests {
    private static let original = HeaderMessageID(rawValue: "original@x")!
    private static let farther = HeaderMessageID(rawValue: "farther@x")!

    private static func quest() throws -> AncestorQuest {
        let wish = TrackedWish(
            AncestorClaim(kind: .reply, origin: .user, wanted: [original, farther]), sentOffset: nil)
        let action = TrackedAction(
            id: ActionID(UUID()), kind: .reply, origin: .user, messageID: MessageID(UUID()), threadID: ThreadID(UUID()),
            wish: "{}", attempts: 0, createdAt: EpochSeconds(0))
        return AncestorQuest(action, wish)
    }

    private static func stored(_ id: HeaderMessageID, _ takenBy: TakenBy?) -> [HeaderMessageID: [StoredAncestor]] {
        [
            id: [
                StoredAncestor(
                    messageID: MessageID(UUID()), threadID: ThreadID(UUID()), headerMessageID: id, subject: nil,
                    sentAt: nil, receivedAt: EpochSeconds(0), takenBy: takenBy, from: [])
            ]
        ]
    }

    @Test("an original that came with its whole thread ends the search", arguments: TakenBy.allCases)
    func stored(takenBy: TakenBy) throws {
        // given
        var quest = try Self.quest()
        // when
        quest.takeStored(Self.stored(Self.original, takenBy), isFirstSync: false)
        // then: only one that came by itself leaves a thread to pull
        #expect(quest.isFound == (takenBy != .arrivalInThread))
    }

    @Test("an original that came by itself is found even where the search meets nothing, and no miss counts against it")
    func arrived() throws {
        // given
        var quest = try Self.quest()
        quest.takeStored(Self.stored(Self.original, .arrivalInThread), isFirstSync: false)
        // when
        quest.takeMisses([Self.original, Self.farther])
        quest.settle(by: ThreadSearch(bound: 10))
        // then
        #expect(quest.outcome.result?["ancestor"] == "found")
        #expect(quest.misses.isEmpty)
        #expect(quest.join != nil)
    }

    @Test("a farther ancestor that is stored doesn't make up for the nearest")
    func farther() throws {
        var quest = try Self.quest()
        quest.takeStored(Self.stored(Self.farther, .recent), isFirstSync: false)
        #expect(quest.isOpen)
        quest.settle(by: ThreadSearch(bound: 10))
        #expect(quest.outcome.result?["ancestor"] == "missing")
        #expect(quest.misses.map(\.id) == [Self.original, Self.farther])
    }
}
