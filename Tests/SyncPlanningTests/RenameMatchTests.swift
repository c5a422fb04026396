import MailModel
import Testing

@testable import SyncPlanning

@Suite("Folders renamed, gone and new")
struct RenameMatchTests {
    /// What a table's line says of a folder: its path, MAILBOXID, UIDVALIDITY, UIDNEXT and count.
    struct Row: Sendable {
        var path: String
        var mailboxID: String?
        var validity: UInt32?
        var next: Int?
        var exists: Int
    }

    private static func row(
        _ path: String, id: String? = nil, _ validity: UInt32? = 7, next: Int? = 10, exists: Int = 3
    ) -> Row {
        Row(path: path, mailboxID: id, validity: validity, next: next, exists: exists)
    }

    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let listed: [Row]
        /// Folder n of the account is the n-th of them.
        let stored: [Row]
        /// `old>new` by UIDVALIDITY, `old=new` by MAILBOXID, in order.
        var renames: [String] = []
        var gone: [String] = []
        var new: [String] = []
    }

    static let cases: [Case] = [
        Case(
            description: "nothing changed", listed: [row("INBOX", 1), row("A", 2)],
            stored: [row("INBOX", 1), row("A", 2)]),
        Case(
            description: "one made, one deleted", listed: [row("INBOX", 1), row("B", 3)],
            stored: [row("INBOX", 1), row("A", 2)], gone: ["A"], new: ["B"]),
        Case(description: "renamed", listed: [row("B", 2)], stored: [row("A", 2)], renames: ["A>B"]),
        Case(
            description: "renamed, with new mail and some expunged since", listed: [row("B", 2, next: 14, exists: 5)],
            stored: [row("A", 2, next: 10, exists: 3)], renames: ["A>B"]),
        Case(
            description: "UIDNEXT went back: another folder", listed: [row("B", 2, next: 9)],
            stored: [row("A", 2, next: 10)], gone: ["A"], new: ["B"]),
        Case(
            description: "more messages than UIDs were given out: another folder",
            listed: [row("B", 2, next: 11, exists: 5)], stored: [row("A", 2, next: 10, exists: 3)], gone: ["A"],
            new: ["B"]),
        Case(
            description: "another UIDVALIDITY: another folder", listed: [row("B", 3)], stored: [row("A", 2)],
            gone: ["A"], new: ["B"]),
        Case(
            description: "UIDVALIDITY 0 tells nothing", listed: [row("B", 0)], stored: [row("A", 0)], gone: ["A"],
            new: ["B"]),
        Case(
            description: "two unknown folders with that UIDVALIDITY: neither is believed",
            listed: [row("B", 2), row("C", 2)], stored: [row("A", 2)], gone: ["A"], new: ["B", "C"]),
        Case(
            description: "two lost folders with that UIDVALIDITY: neither is believed", listed: [row("C", 2)],
            stored: [row("A", 2), row("B", 2)], gone: ["A", "B"], new: ["C"]),
        Case(
            description: "folders that are where they were don't make it ambiguous",
            listed: [row("INBOX", 2), row("B", 2)], stored: [row("INBOX", 2), row("A", 2)], renames: ["A>B"]),
        Case(
            description: "a parent and its child renamed together", listed: [row("B", 2), row("B/x", 3)],
            stored: [row("A", 2), row("A/x", 3)], renames: ["A>B", "A/x>B/x"]),
        Case(
            description: "a folder never visited has nothing to be known by", listed: [row("B", 2)],
            stored: [row("A", nil)], gone: ["A"], new: ["B"]),
        Case(
            description: "a STATUS refused tells nothing", listed: [row("B", nil)], stored: [row("A", 2)], gone: ["A"],
            new: ["B"]),
        Case(
            description: "no UIDNEXT, no belief", listed: [row("B", 2, next: nil)], stored: [row("A", 2)],
            gone: ["A"], new: ["B"]),
        Case(
            description: "MAILBOXID is enough, whatever the rest says",
            listed: [row("B", id: "m1", 9, next: 1, exists: 99)], stored: [row("A", id: "m1", 2)], renames: ["A=B"]),
        Case(
            description: "MAILBOXID is enough for a folder never visited", listed: [row("B", id: "m1")],
            stored: [row("A", id: "m1", nil)], renames: ["A=B"]),
        Case(
            description: "another MAILBOXID is another folder, alike as they are", listed: [row("B", id: "m2", 2)],
            stored: [row("A", id: "m1", 2)], gone: ["A"], new: ["B"]),
        Case(
            description: "a MAILBOXID that two folders have tells nothing",
            listed: [row("B", id: "m1", 3), row("C", id: "m1", 4)], stored: [row("A", id: "m1", 2)], gone: ["A"],
            new: ["B", "C"]),
        Case(
            description: "renamed, and a new folder made under the old name",
            listed: [row("A", id: "m2", 3), row("B", id: "m1", 2)], stored: [row("A", id: "m1", 2)],
            renames: ["A=B"], new: ["A"]),
        Case(
            description: "a chain: the last moves first, so that each path is free",
            listed: [row("B", id: "m1"), row("C", id: "m2"), row("D", id: "m3")],
            stored: [row("A", id: "m1"), row("B", id: "m2"), row("C", id: "m3")], renames: ["C=D", "B=C", "A=B"]),
        Case(
            description: "two that swapped their names are staged anew",
            listed: [row("A", id: "m2"), row("B", id: "m1")], stored: [row("A", id: "m1"), row("B", id: "m2")]),
        Case(
            description: "deleted and made anew under the same name: no rename",
            listed: [row("A", id: "m9", 9)], stored: [row("A", id: "m1", 2)]),
        Case(
            description: "a server that begins to tell MAILBOXID changes nothing", listed: [row("A", id: "m1", 2)],
            stored: [row("A", 2)]),
    ]

    private static func state(_ row: Row) -> FolderState? {
        row.validity.map {
            FolderState(
                uidValidity: UIDValidity(rawValue: $0), uidNext: row.next.map(Make.uid), exists: row.exists)
        }
    }

    @Test("each case comes out as it stands", arguments: cases)
    func literal(item: Case) {
        // given
        let listed = item.listed.map {
            ListedFolderFacts(path: Make.path($0.path), mailboxID: $0.mailboxID, state: Self.state($0))
        }
        let stored = item.stored.enumerated().map {
            StoredFolderFacts(
                id: Make.folder($0.offset), path: Make.path($0.element.path), mailboxID: $0.element.mailboxID,
                state: Self.state($0.element))
        }
        // when
        let match = RenameMatch.match(listed: listed, stored: stored)
        // then
        let names = Dictionary(uniqueKeysWithValues: stored.map { ($0.id, $0.path.display) })
        #expect(
            match.renames.map { "\(names[$0.folder] ?? "?")\($0.needsProof ? ">" : "=")\($0.path.display)" }
                == item.renames)
        #expect(match.gone.map { names[$0] ?? "?" } == item.gone)
        #expect(match.new.map(\.display) == item.new)
    }

    @Test("carried out once, there is nothing left to do", arguments: cases)
    func idempotent(item: Case) {
        // given: the stored side as the match leaves it, with the states of the visit that follows
        let listed = item.listed.map {
            ListedFolderFacts(path: Make.path($0.path), mailboxID: $0.mailboxID, state: Self.state($0))
        }
        let after = listed.enumerated().map {
            StoredFolderFacts(
                id: Make.folder($0.offset), path: $0.element.path, mailboxID: $0.element.mailboxID,
                state: $0.element.state)
        }
        // then
        #expect(RenameMatch.match(listed: listed, stored: after) == RenameMatch())
    }

    @Test("nothing is gone for an empty list, or one without INBOX")
    func absence() {
        let stored = ["INBOX", "A"].map(Make.path)
        #expect(FolderAbsence.judge(listed: [], stored: stored) == .doubt(.nothingListed))
        #expect(FolderAbsence.judge(listed: [], stored: []) == .doubt(.nothingListed))
        #expect(FolderAbsence.judge(listed: [Make.path("A")], stored: stored) == .doubt(.inboxLeftOut))
        #expect(FolderAbsence.judge(listed: [Make.path("INBOX")], stored: stored) == .believe)
    }

    @Test("INBOX has no case, and only the folder itself is INBOX")
    func inboxCase() {
        #expect(FolderAbsence.judge(listed: [Make.path("Inbox")], stored: [Make.path("INBOX")]) == .believe)
        #expect(
            FolderAbsence.judge(listed: [Make.path("INBOX/x")], stored: [Make.path("INBOX")])
                == .doubt(.inboxLeftOut))
        // A server that never listed one isn't doubted for it.
        #expect(FolderAbsence.judge(listed: [Make.path("B")], stored: [Make.path("A")]) == .believe)
    }
}
