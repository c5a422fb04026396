import MailModel
import Testing

@testable import Ancestry

@Suite("What a message claims to answer or forward")
struct AncestorClaimTests {
    private static let own: Set<String> = ["me@crm.example", "sales@crm.example"]
    private static let gmail = BlockExample.english[0].text
    private static let outlook = BlockExample.english[2].text

    private static func facts(
        from: String = "me@crm.example", subject: String = "Lunch", inReplyTo: [String] = [],
        references: [String] = [], forwarded: [String] = [], attached: [String] = [], thread: String? = nil,
        text: String = "", isAutomatic: Bool = false, isSentByPostrider: Bool = false
    ) -> MessageFacts {
        MessageFacts(
            messageID: Make.id("own@x"), inReplyTo: inReplyTo.map(Make.id), references: references.map(Make.id),
            forwardedIDs: forwarded.map(Make.id), attachedIDs: attached.map(Make.id), providerThreadID: thread,
            subject: subject, text: text, from: [from], ownAddresses: own, isAutoSubmitted: isAutomatic,
            isSentByPostrider: isSentByPostrider)
    }

    @Test("a message that names nothing claims nothing", arguments: ["me@crm.example", "kim@example.com"])
    func beginning(from: String) {
        #expect(AncestorClaim.of(Self.facts(from: from)) == nil)
        #expect(AncestorClaim.of(Self.facts(from: from, subject: "Re: Lunch")) == nil)
        #expect(AncestorClaim.of(Self.facts(from: from, subject: "Fwd: Lunch")) == nil)
        #expect(AncestorClaim.of(Self.facts(from: from, thread: "77")) == nil)
    }

    @Test("who acted is told by the sender and by whether it went through Postrider")
    func origins() {
        #expect(Self.facts().origin == .user)
        #expect(Self.facts(from: "sales@crm.example").origin == .user)
        #expect(Self.facts(from: "kim@example.com").origin == .correspondent)
        #expect(Self.facts(isSentByPostrider: true).origin == .postrider)
    }

    @Test("a reply names its parent by In-Reply-To, then its ancestors from the last reference to the first")
    func reply() {
        let claim = AncestorClaim.of(
            Self.facts(
                from: "kim@example.com", subject: "Re: Lunch", inReplyTo: ["c@x"],
                references: ["a@x", "b@x", "c@x", "own@x"], thread: "77"))
        #expect(
            claim
                == AncestorClaim(
                    kind: .reply, origin: .correspondent, wanted: Make.ids("c@x", "b@x", "a@x"), providerThread: "77"))
        #expect(claim?.certainty == .named)
    }

    @Test("without In-Reply-To the parent is the last reference")
    func byReferences() {
        #expect(AncestorClaim.of(Self.facts(references: ["a@x", "b@x"]))?.wanted == Make.ids("b@x", "a@x"))
        #expect(AncestorClaim.of(Self.facts(references: ["a@x", "b@x"]))?.kind == .reply)
    }

    @Test("a message that names only itself claims nothing")
    func itself() {
        #expect(AncestorClaim.of(Self.facts(subject: "Re: x", inReplyTo: ["own@x"], references: ["own@x"])) == nil)
    }

    @Test("a list of thousands of references is read from its end, and bounded")
    func bounded() throws {
        let claim = try #require(AncestorClaim.of(Self.facts(references: (0..<5_000).map { "r\($0)@x" })))
        #expect(claim.wanted.count == 100)
        #expect(claim.wanted.first == Make.id("r4999@x"))
    }

    @Test(
        "what is named was forwarded where the subject says so, in every language",
        arguments: [
            "Fwd: Lunch", "FW: Lunch", "전달: 점심", "WG: Essen", "TR : Déjeuner", "RV: Comida", "ENC: Almoço", "I: Pranzo",
            "Doorst: Lunch", "VB: Lunch", "PD: Obiad", "Пересл: Обед", "İLT: Yemek", "転送: 昼食", "转发：午餐", "轉寄: 午餐",
        ])
    func namedForward(subject: String) {
        for from in ["me@crm.example", "kim@example.com"] {
            let claim = AncestorClaim.of(Self.facts(from: from, subject: subject, inReplyTo: ["a@x"]))
            #expect(claim?.kind == .forward, "\(subject)")
            #expect(claim?.wanted == Make.ids("a@x"))
        }
    }

    @Test(
        "what is named was answered where the subject says so, in every language",
        arguments: [
            "Re: Lunch", "답장: 점심", "회신: 점심", "AW: Essen", "RE : Déjeuner", "RES: Almoço", "R: Pranzo", "Antw: Lunch",
            "SV: Lunch", "Odp: Obiad", "Отв: Обед", "YNT: Yemek", "返信: 昼食", "回复：午餐", "答复: 午餐", "回覆: 午餐",
            "Re: Fwd: Lunch",
        ])
    func namedReply(subject: String) {
        let claim = AncestorClaim.of(Self.facts(subject: subject, inReplyTo: ["a@x"], text: Self.gmail))
        #expect(claim?.kind == .reply, "\(subject)")
    }

    @Test("without a prefix a forward's mark in the body decides, and a quoted block alone doesn't")
    func withoutPrefix() {
        #expect(AncestorClaim.of(Self.facts(inReplyTo: ["a@x"], text: Self.gmail))?.kind == .forward)
        #expect(AncestorClaim.of(Self.facts(inReplyTo: ["a@x"], text: Self.outlook))?.kind == .reply)
        #expect(AncestorClaim.of(Self.facts(inReplyTo: ["a@x"], forwarded: ["b@x"]))?.kind == .forward)
    }

    @Test("X-Forwarded-Message-Id names what is forwarded, whoever sent it", arguments: ["me@crm.example", "kim@x"])
    func forwardedID(from: String) {
        let claim = AncestorClaim.of(
            Self.facts(from: from, subject: "Fwd: Lunch", references: ["r@x", "a@x"], forwarded: ["a@x"]))
        #expect(claim?.kind == .forward)
        #expect(claim?.wanted == Make.ids("a@x", "r@x"))
        #expect(AncestorClaim.of(Self.facts(from: from, forwarded: ["a@x"]))?.kind == .forward)
    }

    @Test("an attached message is forwarded where the user attached it, and means nothing from others")
    func attached() {
        #expect(
            AncestorClaim.of(Self.facts(subject: "see this", attached: ["a@x"]))
                == AncestorClaim(kind: .forward, origin: .user, wanted: Make.ids("a@x")))
        #expect(AncestorClaim.of(Self.facts(from: "kim@example.com", attached: ["a@x"])) == nil)
        #expect(AncestorClaim.of(Self.facts(attached: ["a@x"], isAutomatic: true)) == nil)
    }

    @Test("a block in the body is a forward and a guess where the user sent it, and means nothing from others")
    func block() {
        let claim = AncestorClaim.of(Self.facts(subject: "Fwd: Lunch", text: Self.gmail))
        #expect(claim?.kind == .forward)
        #expect(claim?.certainty == .guessedByBlock)
        #expect(claim?.wanted == [])
        #expect(claim?.block?.senderAddress == "kim@example.com")
        #expect(AncestorClaim.of(Self.facts(from: "kim@example.com", subject: "Fwd: Lunch", text: Self.gmail)) == nil)
        #expect(AncestorClaim.of(Self.facts(subject: "Fwd: Lunch", text: Self.gmail, isAutomatic: true)) == nil)
    }

    @Test("a block is the user's forward in the words of every program and language", arguments: BlockExample.all)
    func everyBlock(example: BlockExample) {
        let claim = AncestorClaim.of(Self.facts(subject: "", text: "Hi\n\n" + example.text))
        #expect(claim?.kind == .forward)
        #expect(claim?.certainty == .guessedByBlock)
    }

    @Test("a reply that quotes under a block is no forward")
    func quotedReply() {
        #expect(AncestorClaim.of(Self.facts(subject: "RE: Lunch", text: Self.outlook)) == nil)
    }

    @Test("what is named needs no block")
    func namedNeedsNoBlock() {
        let claim = AncestorClaim.of(Self.facts(subject: "Fwd: Lunch", inReplyTo: ["a@x"], text: Self.gmail))
        #expect(claim?.block == nil)
        #expect(claim?.certainty == .named)
    }

    @Test("the provider's thread claims only with a prefix: every message has one")
    func providerThread() {
        #expect(
            AncestorClaim.of(Self.facts(subject: "Re: Lunch", thread: "77"))
                == AncestorClaim(kind: .reply, origin: .user, providerThread: "77"))
        #expect(
            AncestorClaim.of(Self.facts(from: "kim@x", subject: "FW: Lunch", thread: "77"))
                == AncestorClaim(kind: .forward, origin: .correspondent, providerThread: "77"))
    }

    @Test("a reply that has another message attached claims both, one of each kind")
    func both() {
        let facts = Self.facts(subject: "Re: Lunch", inReplyTo: ["a@x"], attached: ["a@x", "z@x"], thread: "77")
        #expect(
            AncestorClaim.all(of: facts) == [
                AncestorClaim(kind: .reply, origin: .user, wanted: Make.ids("a@x"), providerThread: "77"),
                AncestorClaim(kind: .forward, origin: .user, wanted: Make.ids("z@x")),
            ])
        #expect(AncestorClaim.of(facts)?.kind == .reply)
    }

    @Test("a bounce that returns the user's message answers it and forwards nothing")
    func bounce() {
        let facts = Self.facts(
            from: "mailer-daemon@example.com", subject: "Undelivered", inReplyTo: ["sent@x"], attached: ["sent@x"],
            isAutomatic: true)
        #expect(AncestorClaim.all(of: facts).map(\.kind) == [.reply])
    }
}
