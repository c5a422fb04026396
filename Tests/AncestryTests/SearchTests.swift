import MailModel
import Testing

@testable import Ancestry

@Suite("Where an ancestor is sought, and what is one")
struct SearchTests {
    private static let folders: [SearchScope.Folder] = [
        .init(id: Make.folder(1), role: .inbox, isWatched: true),
        .init(id: Make.folder(2), role: .sent, isWatched: false),
        .init(id: Make.folder(3), role: .drafts, isWatched: false),
        .init(id: Make.folder(4), role: .trash, isWatched: false),
        .init(id: Make.folder(5), role: .junk, isWatched: false),
        .init(id: Make.folder(6), isWatched: false),
        .init(id: Make.folder(7), role: .archive, isWatched: false),
        .init(id: Make.folder(8), role: .all, isWatched: false),
        .init(id: Make.folder(9), isWatched: false, isSelectable: false),
        .init(id: Make.folder(10), isWatched: true),
    ]

    @Test("for a correspondent only the chosen folders and Sent are searched")
    func correspondent() {
        let scope = SearchScope.of(.correspondent, folders: Self.folders)
        #expect(scope.near == [1, 2, 10].map(Make.folder))
        #expect(scope.far.isEmpty)
    }

    @Test(
        "for the user everything but Trash, Spam and Drafts is, the likeliest first",
        arguments: [AncestorClaim.Origin.user, .postrider])
    func user(origin: AncestorClaim.Origin) {
        let scope = SearchScope.of(origin, folders: Self.folders)
        #expect(scope.near == [1, 2, 10].map(Make.folder))
        #expect(scope.far == [8, 7, 6].map(Make.folder))
        #expect(scope.all == [1, 2, 10, 8, 7, 6].map(Make.folder))
    }

    @Test("Trash, Spam and Drafts that were chosen by name are searched like any chosen folder")
    func chosenTrash() {
        let folders: [SearchScope.Folder] = [
            .init(id: Make.folder(1), role: .trash, isWatched: true),
            .init(id: Make.folder(2), role: .drafts, isWatched: true),
        ]
        #expect(SearchScope.of(.correspondent, folders: folders).near == [1, 2].map(Make.folder))
    }

    private static let found: [AncestorVerifier.Found<Int>] = [
        .init(place: 1, messageID: Make.id("aa@x")),
        .init(place: 2, messageID: Make.id("a@x")),
        .init(place: 3, messageID: Make.id("a@xy"), inReplyTo: Make.ids("a@x")),
        .init(place: 4, messageID: nil, references: Make.ids("aa@x", "b@x")),
        .init(place: 5, messageID: Make.id("a@x")),
        .init(place: 6, messageID: Make.id("A@x")),
    ]

    @Test("a search that found substrings is cut down to those that bear the id itself, byte for byte")
    func bearers() {
        #expect(AncestorVerifier.bearers(of: Make.id("a@x"), among: Self.found).map(\.place) == [2, 5])
        #expect(AncestorVerifier.bearers(of: Make.id("b@x"), among: Self.found).isEmpty)
    }

    @Test("those that answer an id are those that name it, and not another that contains it")
    func descendants() {
        #expect(AncestorVerifier.descendants(of: Make.id("a@x"), among: Self.found).map(\.place) == [3])
        #expect(AncestorVerifier.descendants(of: Make.id("aa@x"), among: Self.found).map(\.place) == [4])
    }

    @Test("the nearest wanted id that is there is taken")
    func nearest() {
        let nearest = AncestorVerifier.nearest(of: Make.ids("lost@x", "a@x", "aa@x"), among: Self.found)
        #expect(nearest?.id == Make.id("a@x"))
        #expect(nearest?.bearers.map(\.place) == [2, 5])
        #expect(AncestorVerifier.nearest(of: Make.ids("lost@x"), among: Self.found) == nil)
    }

    @Test("an id is searched without its angle brackets")
    func needle() { #expect(AncestorVerifier.needle(for: Make.id("a@x")) == "a@x") }
}
