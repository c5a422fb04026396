import MailModel
import TestSupport
import Testing

@testable import Ancestry

@Suite("Forwarded blocks")
struct ForwardedBlockTests {
    @Test("each program's block is read in each language", arguments: BlockExample.all)
    func examples(example: BlockExample) throws {
        let block = try #require(ForwardedBlock.find(in: example.text))
        #expect(block.senderAddress == example.address)
        #expect(block.senderName == example.sender)
        #expect(block.subject == example.subject)
        #expect(block.sentAt.contains(example.time))
        #expect((block.introduction == .forwarded) == example.isAnnounced)
    }

    @Test("a block is the same with CRLF, quoted, indented and decomposed letters", arguments: BlockExample.all)
    func dressedUp(example: BlockExample) throws {
        let plain = try #require(ForwardedBlock.find(in: example.text))
        let lines = example.text.split(separator: "\n", omittingEmptySubsequences: false)
        for prefix in ["> ", ">> ", "    ", "\u{FEFF}", "| "] {
            let text = lines.map { prefix + $0 }.joined(separator: "\r\n")
            #expect(ForwardedBlock.find(in: text) == plain, "\(prefix)")
        }
    }

    @Test("recipients are read as far as they have addresses")
    func recipients() throws {
        let block = try #require(
            ForwardedBlock.find(
                in: """
                    From: Kim <kim@example.com>
                    Sent: Monday, January 15, 2024 10:30 AM
                    To: Lee <Lee@Example.com>; Pat; "Sam, A." <sam@example.com>
                    Subject: Lunch
                    """))
        #expect(block.recipients == ["lee@example.com", "sam@example.com"])
    }

    @Test("of several blocks the first is taken: it is what was forwarded last")
    func outermost() throws {
        let block = try #require(
            ForwardedBlock.find(in: BlockExample.korean[0].text + "\n\n" + BlockExample.german[0].text))
        #expect(block.subject == "점심 약속")
    }

    @Test("labels in a text that are no block don't hide the block that follows")
    func falseStarts() throws {
        let text = """
            From: the bottom of my heart
            Date: tomorrow
            Subject: to change

            To: whom it may concern

            From: Sam
            Regards

            """
        #expect(ForwardedBlock.find(in: text) == nil)
        let block = try #require(ForwardedBlock.find(in: text + BlockExample.english[0].text))
        #expect(block.senderAddress == "kim@example.com")
        #expect(block.introduction == .forwarded)
    }

    @Test(
        "what lacks a sender, a minute or a subject is no block",
        arguments: [
            "", "Hi", "From: Kim <kim@example.com>\nSubject: Lunch", "Date: 15 Jan 2024 10:30\nSubject: Lunch",
            "From: Kim <kim@example.com>\nDate: 15 Jan 2024 10:30",
            "From: Kim <kim@example.com>\nDate: 15 Jan 2024\nSubject: Lunch",
            "From:\nDate: 15 Jan 2024 10:30\nSubject: Lunch",
            "From: Kim <kim@example.com>\n\n\n\n\nDate: 15 Jan 2024 10:30\n\n\n\n\nSubject: Lunch",
            "From: Kim <kim@example.com>\nand then some text\nDate: 15 Jan 2024 10:30\nSubject: Lunch",
            "On Mon, Jan 15, 2024 at 10:30 AM Kim <kim@example.com> wrote:\n> Lunch?",
        ])
    func noBlock(text: String) {
        #expect(ForwardedBlock.find(in: text) == nil)
    }

    @Test("an announcement reaches over four lines of text, not farther")
    func reachOfAnnouncement() throws {
        func block(after lines: Int) throws -> ForwardedBlock {
            let between = String(repeating: "some text\n\n", count: lines)
            let text = "---- Forwarded message ----\n" + between + BlockExample.english[2].text
            return try #require(ForwardedBlock.find(in: text))
        }
        #expect(try block(after: 0).introduction == .forwarded)
        #expect(try block(after: 3).introduction == .forwarded)
        #expect(try block(after: 6).introduction == .other)
    }

    @Test("an empty subject is one")
    func emptySubject() {
        let text = "From: Kim <kim@example.com>\nDate: 15 Jan 2024 10:30\nSubject:\nTo: <lee@example.com>\n\nHi"
        #expect(ForwardedBlock.find(in: text)?.subject == "")
        let outlook = "From: Kim <kim@example.com>\nSent: 15 Jan 2024 10:30\nTo: Lee\nSubject:\n\nHi"
        #expect(ForwardedBlock.find(in: outlook)?.subject == "")
    }

    @Test("a sender and a date that are cut in two by a short line are put together")
    func shortLines() throws {
        let text = "From: Kim\nLee <kim@example.com>\nSent: Monday, January 15,\n2024 10:30 AM\nSubject: Lunch"
        let block = try #require(ForwardedBlock.find(in: text))
        #expect(block.senderName == "Kim Lee")
        #expect(block.sentAt == [Make.time(2024, 1, 15, 10, 30)])
    }

    @Test("a short subject doesn't take in the text that follows it without a blank line")
    func textBehindSubject() {
        let text = "From: Kim <kim@example.com>\nSent: 15 Jan 2024 10:30\nTo: Lee\nSubject: Lunch\nShall we?"
        #expect(ForwardedBlock.find(in: text)?.subject == "Lunch")
    }

    @Test(
        "every form of a sender is read",
        arguments: [
            ("Kim Lee <kim@example.com>", "Kim Lee"), ("\"Kim Lee\" <KIM@example.com>", "Kim Lee"),
            ("Kim Lee [mailto:kim@example.com]", "Kim Lee"), ("Kim Lee (kim@example.com)", "Kim Lee"),
            ("kim@example.com", nil), ("<kim@example.com>", nil), ("kim@example.com <kim@example.com>", nil),
            ("\"kim@example.com\" <mailto:kim@example.com>", nil), ("*Kim Lee* <kim@example.com>", "Kim Lee"),
            ("Kim Lee <kim@example.com<mailto:kim@example.com>>", "Kim Lee"),
            ("“Kim Lee” <kim@example.com>", "Kim Lee"),
            ("Kim Lee kim@example.com", "Kim Lee"), ("김이 <kim@example.com>", "김이"),
            ("\"Lee, Kim\" <kim@example.com>;", "Lee, Kim"),
        ])
    func senders(value: String, name: String?) {
        let sender = BlockSender(value)
        #expect(sender.address == "kim@example.com")
        #expect(sender.name == name)
    }

    @Test("nothing behind the first 256 KiB is looked at, and a cut within a character does no harm")
    func bounded() {
        let block = BlockExample.korean[1].text
        let room = ForwardedBlock.inputLimit - block.utf8.count
        let filler = String(repeating: "가나다라마바사\n", count: room / 22)
        #expect(ForwardedBlock.find(in: filler + block) != nil)
        let beyond = String(repeating: "가나다라마바사\n", count: ForwardedBlock.inputLimit / 22 + 1)
        #expect(ForwardedBlock.find(in: beyond + block) == nil)
    }

    @Test(
        "whatever the text is, it is read in time proportional to its size",
        arguments: [
            "From:", "From: a@b\n", "From: a@b\nDate: 1 Jan 2024 10:30\n", "@", "a@", "To: a@b,\n", ">", ":", "\n",
            "1:",
            "2024年", "From: \u{301}", "보낸 사람: a@b 날짜:", "Subject: " + "x ", "- Forwarded message -\n", "\u{FEFF}",
        ])
    func linear(piece: String) {
        // given: sixteen times as much text takes about sixteen times as long; 256 times would be quadratic. The margin
        // is for machines that do other things meanwhile.
        func duration(bytes: Int) -> Duration {
            let text = String(repeating: piece, count: bytes / piece.utf8.count)
            let clock = ContinuousClock()
            return (0..<3).map { _ in clock.measure { _ = ForwardedBlock.find(in: text) } }.min() ?? .zero
        }
        // when
        let small = duration(bytes: 16 << 10)
        let large = duration(bytes: 256 << 10)
        // then
        #expect(large < small * 64 + .milliseconds(300), "\(small) \(large)")
    }

    @Test("no text makes it fail", arguments: 0..<200)
    func random(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = [
            "From:", "Von:", "보낸 사람:", "Date:", "Subject:", "제목:", "To:", "\n", "\r\n", " ", ">", "*", "-", ":", "：",
            "<a@b.c>", "@", "[mailto:", "15 Jan 2024", "10:30", "+0900", "GMT", "-", "AM", "오전", "年", "月", "日", "1",
            "99",
            "2024", "/", ".", "\u{0}", "\u{FEFF}", "\u{301}", "🦊", "İ", "-----Original Message-----",
        ]
        for _ in 0..<50 {
            let text = (0..<Int.random(in: 0...60, using: &random))
                .map { _ in pieces.randomElement(using: &random)! }.joined()
            if let block = ForwardedBlock.find(in: text) {
                #expect(!block.sentAt.isEmpty)
                #expect(block.senderAddress != nil || block.senderName != nil)
                #expect(block.earliest <= block.latest)
            }
        }
    }
}
