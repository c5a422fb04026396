import MailModel
import Testing

@testable import Threading

@Suite("Grouping messages by their links")
struct ThreadGroupingTests {
    @Test("a reply, and a reply to it that only has References, are one thread")
    func chain() {
        let groups = ThreadGrouping.group([
            Make.message("a@x"), Make.message("b@x", replyTo: ["a@x"]), Make.message("z@x"),
            Make.message("c@x", references: ["a@x", "b@x"]),
        ])
        #expect(groups == [[0, 1, 3], [2]])
    }

    @Test("two messages that refer to the same message, which nobody has, are one thread")
    func unseenAncestor() {
        let groups = ThreadGrouping.group([
            Make.message("b@x", replyTo: ["lost@x"]), Make.message("c@x", references: ["lost@x", "gone@x"]),
        ])
        #expect(groups == [[0, 1]])
    }

    @Test("two threads of a provider that references tie together are one")
    func providerThreadsJoin() {
        let groups = ThreadGrouping.group([
            Make.message("a@x", provider: "1"), Make.message("b@x", provider: "1"),
            Make.message("c@x", references: ["b@x"], provider: "2"), Make.message("d@x", provider: "2"),
        ])
        #expect(groups == [[0, 1, 2, 3]])
    }

    @Test("a Thread-Index root joins, and a provider's thread id never splits")
    func joinsOnly() {
        let root = [UInt8](repeating: 7, count: 22)
        let groups = ThreadGrouping.group([
            Make.message("a@x", provider: "1", index: root), Make.message("b@x", provider: "2", index: root),
            Make.message("c@x", provider: "3"),
        ])
        #expect(groups == [[0, 1], [2]])
    }

    @Test("messages without any id are threads of their own")
    func noIDs() {
        #expect(ThreadGrouping.group([Make.message(nil), Make.message(nil)]) == [[0], [1]])
        #expect(ThreadGrouping.group([]).isEmpty)
    }

    @Test("equal subjects alone join nothing")
    func neverBySubject() {
        let groups = ThreadGrouping.group([
            Make.message("a@x", subject: "Lunch"), Make.message("b@x", subject: "Re: Lunch"),
        ])
        #expect(groups == [[0], [1]])
    }

    @Test("a long list of references counts by its first and its last fifty")
    func boundedReferences() {
        // given
        let ids = (0..<300).map { "r\($0)@x" }
        let long = Make.message("own@x", references: ids)
        // then
        #expect(long.linkKeys.count == 101)
        #expect(long.linkKeys.contains(Make.key("r0@x")))
        #expect(long.linkKeys.contains(Make.key("r49@x")))
        #expect(!long.linkKeys.contains(Make.key("r50@x")))
        #expect(!long.linkKeys.contains(Make.key("r249@x")))
        #expect(long.linkKeys.contains(Make.key("r250@x")))
        #expect(long.linkKeys[1] == Make.key("r299@x"))
    }

    @Test("each key of a message comes once, its own id first and then the nearest ancestor")
    func keyOrder() {
        let message = Make.message(
            "own@x", replyTo: ["p@x"], references: ["root@x", "p@x", "own@x", "root@x"], provider: "7")
        #expect(message.linkKeys == [Make.key("own@x"), Make.key("p@x"), Make.key("root@x"), .providerThread("7")])
    }

    @Test("a key survives its row: kind and text give the same key back")
    func keyRows() {
        let keys: [LinkKey] = [
            Make.key("a@b"), .providerThread("1278455344230334865"),
            .threadIndexRoot([0x01, 0xC7, 0xFF, 0x00] + [UInt8](repeating: 0xAB, count: 18)),
        ]
        for key in keys { #expect(LinkKey(kind: key.kind, value: key.value) == key) }
        #expect(keys[2].value.hasPrefix("01c7ff00abab"))
        #expect(LinkKey(kind: 9, value: "a") == nil)
        #expect(LinkKey(kind: 1, value: "") == nil)
        #expect(LinkKey(kind: 3, value: "xy") == nil)
        #expect(LinkKey(kind: 3, value: "abc") == nil)
    }
}
