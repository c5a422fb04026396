import TestSupport
import Testing

@testable import Threading

@Suite("Base subjects")
struct BaseSubjectTests {
    @Test(
        "marks of replying are taken off, in every language that is known",
        arguments: [
            "Re: Lunch", "RE:Lunch", "re : Lunch", "Re[2]: Lunch", "Re(3): Lunch", "Re^4: Lunch", "RE: Re: re:Lunch",
            "AW: Lunch", "Antw.: Lunch", "SV: Lunch", "Odp: Lunch", "Отв: Lunch", "На: Lunch", "YNT: Lunch",
            "RES: Lunch", "R: Lunch", "RIF: Lunch", "답장: Lunch", "회신: Lunch", "返信: Lunch", "回复: Lunch",
            "回覆：Lunch", "Re： Lunch", "AW: WG: Lunch", "Re: [Fwd: Lunch]", "  Re:\t Lunch  ", "\u{200E}Re: Lunch",
            "Re: Lunch (fwd)", "Ответ: Lunch", "CVP: Lunch", "回復: Lunch", "答复：Lunch", "RE : Lunch",
        ])
    func replies(subject: String) {
        let parsed = BaseSubject.parse(subject)
        #expect(parsed.base == "lunch")
        #expect(parsed.isReply && !parsed.isForward)
    }

    @Test(
        "marks of forwarding are taken off, in every language that is known",
        arguments: [
            "Fwd: Lunch", "FW: Lunch", "fwd : Lunch", "WG: Lunch", "TR: Lunch", "RV: Lunch", "ENC: Lunch", "I: Lunch",
            "Doorst: Lunch", "VB: Lunch", "PD: Lunch", "Пересл: Lunch", "İLT: Lunch", "ILT: Lunch", "전달: Lunch",
            "転送: Lunch", "转发：Lunch", "轉寄: Lunch", "[Fwd: Lunch]", "[fwd: [FW: Re: Lunch]]", "Lunch (fwd)",
            "Lunch (Fwd) (fwd) ", "Fwd: Re: Lunch", "Fwd[2]: Lunch", "Wtrlt: Lunch", "REENV: Lunch", "转寄: Lunch",
            "轉發: Lunch", "TR : Lunch",
        ])
    func forwards(subject: String) {
        let parsed = BaseSubject.parse(subject)
        #expect(parsed.base == "lunch")
        #expect(parsed.isForward && !parsed.isReply)
    }

    @Test(
        "words that only look like prefixes stay",
        arguments: [
            ("Report: numbers", "report: numbers"), ("Regarding lunch", "regarding lunch"), ("Re lunch", "re lunch"),
            ("Ad: x", "ad: x"), ("b (a)", "b (a)"), ("Lunch (re)", "lunch (re)"), ("[xyz]", "[xyz]"), ("", ""),
            ("   ", ""), ("12:30 today", "12:30 today"), (":", ":"), ("[", "["), ("Re(x): a", "re(x): a"),
        ])
    func staysAsItIs(subject: String, base: String) {
        let parsed = BaseSubject.parse(subject)
        #expect(parsed.base == base)
        #expect(parsed.prefix == nil)
    }

    @Test(
        "a list's tag stays, once, wherever the prefix was put",
        arguments: [
            "[dev] Lunch", "Re: [dev] Lunch", "[dev] Re: Lunch", "[dev] Re: [dev] Lunch", "RE: [DEV]  AW: [dev] Lunch",
        ])
    func listTags(subject: String) {
        #expect(BaseSubject.parse(subject).base == "[dev] lunch")
    }

    @Test("a prefix without anything behind it leaves an empty base, which matches nothing")
    func emptyBase() {
        #expect(BaseSubject.parse("Re:").base == "")
        #expect(BaseSubject.parse("Fwd: Re: ").base == "")
        #expect(BaseSubject.parse("Re:").isReply)
    }

    @Test("what is taken apart once stays as it is when taken apart again", arguments: 0..<60)
    func idempotent(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = ["re:", "fwd:", "[", "]", "(fwd)", " ", "lunch", "[fwd: ", "aw", "：", "[dev]", "(2)", "^3", "İ"]
        let subject = (0..<Int.random(in: 0...12, using: &random))
            .map { _ in pieces.randomElement(using: &random)! }.joined()
        let base = BaseSubject.parse(subject).base
        #expect(BaseSubject.parse(base).base == base, "\(subject)")
    }
}
