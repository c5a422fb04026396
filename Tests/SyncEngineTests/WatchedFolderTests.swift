import IMAPCore
import MailModel
import MailStore
import Testing

@testable import SyncEngine

@Suite("A watched folder")
struct WatchedFolderTests {
    private func folder(cursor: FolderCursor? = nil) -> Folder {
        Folder(
            id: FolderID("0198a000-0000-7000-8000-000000000001")!,
            path: FolderPath(raw: Array("INBOX".utf8), display: "INBOX"), role: .inbox, isSelectable: true,
            isChosen: true, startedAt: EpochSeconds(1_772_452_800), cursor: cursor)
    }

    private func watched(
        _ folder: Folder, messages: UInt32? = 3, validity: UInt32? = 7, next: UInt32? = 12
    ) -> WatchedFolder? {
        var status = MailboxStatus()
        status.messages = messages
        status.uidValidity = validity.map { UIDValidity(rawValue: $0) }
        status.uidNext = next
        return WatchedFolder(
            folder, startedAt: EpochSeconds(1_772_452_800), windowSeconds: 259_200, status: status)
    }

    private func cursor(validity: UInt32, proven: UID?) -> FolderCursor {
        FolderCursor(
            uidValidity: UIDValidity(rawValue: validity), uidNext: nil, exists: 0, highestModSequence: nil,
            proven: proven)
    }

    @Test("without UIDVALIDITY or a count a status says nothing, and the folder waits")
    func incompleteStatus() {
        #expect(watched(folder(), messages: nil) == nil)
        #expect(watched(folder(), validity: nil) == nil)
    }

    @Test("it is unproven without a cursor, under another UIDVALIDITY, and whenever UIDVALIDITY is 0")
    func unproven() throws {
        #expect(try #require(watched(folder())).isUnproven)
        #expect(try #require(watched(folder(cursor: cursor(validity: 6, proven: .min)))).isUnproven)
        #expect(try #require(watched(folder(cursor: cursor(validity: 7, proven: nil)))).isUnproven)
        #expect(try #require(watched(folder(cursor: cursor(validity: 0, proven: .min)), validity: 0)).isUnproven)
        #expect(try !#require(watched(folder(cursor: cursor(validity: 7, proven: .min)))).isUnproven)
    }

    @Test("what is proven ends below the UIDNEXT that was read before the visit, else at the highest UID that was seen")
    func provenCursor() throws {
        #expect(try #require(watched(folder())).provenCursor(highest: UID(rawValue: 40)).proven == UID(rawValue: 11))
        let silent = try #require(watched(folder(), next: nil))
        #expect(silent.provenCursor(highest: UID(rawValue: 40)).proven == UID(rawValue: 40))
        let empty = try #require(watched(folder(), messages: 0, next: 1))
        #expect(empty.provenCursor(highest: nil).proven == .min)
    }
}
