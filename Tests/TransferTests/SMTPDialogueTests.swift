import Failure
import Testing

@testable import Transfer

@Suite("An SMTP session by its replies")
struct SMTPDialogueTests {
    private func play(
        _ lines: [String], demandsStartTLS: Bool = false, mechanisms: [String] = ["PLAIN", "LOGIN"]
    ) -> (SMTPDialogue, [SMTPDialogue.Action]) {
        var dialogue = SMTPDialogue(demandsStartTLS: demandsStartTLS, mechanisms: mechanisms)
        let actions = lines.map { line in
            Array((line + "\r\n").utf8).withUnsafeBytes { dialogue.receive(line: $0) }
        }
        return (dialogue, actions)
    }

    @Test("a sign-in gathers what the server offers, and takes its leave after NOOP")
    func signsIn() {
        let (dialogue, actions) = play([
            "220 mail.test ESMTP", "250-mail.test hello", "250-SIZE 35882577", "250-8BITMIME", "250-pipelining",
            "250-AUTH=LOGIN", "250 AUTH plain LOGIN", "334 ", "235 2.7.0 welcome", "250 ok",
        ])
        guard case .signedIn(let facts) = dialogue.verdict else {
            Issue.record("\(dialogue.verdict)")
            return
        }
        #expect(facts.greetingHost == "mail.test")
        #expect(facts.maximumMessageBytes == 35_882_577)
        #expect(facts.accepts8BitMIME)
        #expect(facts.acceptsPipelining)
        #expect(!facts.acceptsUTF8Addresses)
        #expect(facts.authMechanisms == ["PLAIN", "LOGIN"])
        #expect(actions.dropLast().allSatisfy { $0 == .proceed })
        #expect(actions.last == .finish)
    }

    @Test("what was said before STARTTLS is forgotten")
    func forgets() {
        let (dialogue, _) = play(
            [
                "220 mail.test", "250-mail.test", "250-SIZE 10", "250-XPLAIN", "250 STARTTLS", "220 go",
                "250-mail.test", "250 AUTH PLAIN", "334 ", "235 ok",
            ], demandsStartTLS: true)
        #expect(dialogue.verdict == .signedIn(.init(greetingHost: "mail.test", extensions: ["AUTH": "PLAIN"])))
    }

    @Test(
        "each refusal has its error",
        arguments: [
            (["554 5.7.1 go away"], TransferError.refused(.greeting, SMTPReply(code: 554, enhancedStatus: "5.7.1"))),
            (["421 busy"], .refused(.greeting, SMTPReply(code: 421))),
            (["220 x", "550 no"], .refused(.hello, SMTPReply(code: 550))),
            (["220 x", "250 x"], .signInNotOffered(mechanisms: [])),
            (["220 x", "250-x", "250 AUTH GSSAPI"], .signInNotOffered(mechanisms: ["GSSAPI"])),
            (
                ["220 x", "250-x", "250 AUTH PLAIN", "535-5.7.8 bad", "535 5.7.8 password"],
                .signInRefused(SMTPReply(code: 535, enhancedStatus: "5.7.8"))
            ),
            (
                ["220 x", "250-x", "250 AUTH PLAIN", "334 ", "454 4.7.0 later"],
                .signInRefused(SMTPReply(code: 454, enhancedStatus: "4.7.0"))
            ),
            (
                ["220 x", "250-x", "250 AUTH PLAIN", "504 5.5.4 unknown mechanism"],
                .signInNotOffered(mechanisms: ["PLAIN"])
            ),
            (["220 x", "250-x", "250 AUTH PLAIN", "250 ok"], .signInNotOffered(mechanisms: ["PLAIN"])),
            (["HTTP/1.1 400 Bad Request"], .notSMTP(.greeting)),
            (["* OK IMAP4rev1"], .notSMTP(.greeting)),
            (["220"] + ["25"], .notSMTP(.hello)),
            (["220-x", "250 y"], .notSMTP(.greeting)),
            (["220 x", "250-x", "250 AUTH PLAIN"] + Array(repeating: "334 ", count: 9), .notSMTP(.signIn)),
        ])
    func refusals(lines: [String], error: TransferError) {
        let (dialogue, actions) = play(lines)
        #expect(dialogue.verdict == .failed(error))
        #expect(actions.last == .abort)
    }

    @Test(
        "STARTTLS that is demanded and not had ends the session before any sign-in",
        arguments: [
            (["220 x", "250-x", "250 AUTH PLAIN"], TransferError.startTLSNotOffered),
            (["220 x", "250-x", "250 STARTTLS", "501 no"], .startTLSNotOffered),
            (["220 x", "250-x", "250 STARTTLS", "454 later"], .refused(.startTLS, SMTPReply(code: 454))),
        ])
    func startTLS(lines: [String], error: TransferError) {
        let (dialogue, actions) = play(lines, demandsStartTLS: true)
        #expect(dialogue.verdict == .failed(error))
        #expect(actions.last == .abort)
    }

    /// Fails when the bounds on lines or bytes are taken out.
    @Test("a server that never ends its reply is broken off", arguments: [1, 1000])
    func bounds(length: Int) {
        let endless = Array(repeating: "250-" + String(repeating: "x", count: length), count: 300)
        let (dialogue, actions) = play(["220 x"] + endless)
        #expect(dialogue.verdict == .failed(.notSMTP(.hello)))
        #expect(actions.contains(.abort))
    }

    @Test("nothing after the proof takes it back", arguments: ["421 bye", "garbage", "535 no"])
    func proofStands(line: String) {
        let (dialogue, _) = play(["220 x", "250-x", "250 AUTH PLAIN", "235 ok", line])
        #expect(dialogue.verdict == .signedIn(.init(greetingHost: "x", extensions: ["AUTH": "PLAIN"])))
    }

    @Test(
        "an enhanced status is read only where it is one",
        arguments: [("5.7.8 bad", "5.7.8"), ("5.7 bad", nil), ("no", nil), ("3.1.1 x", nil), ("5.7.8", "5.7.8")])
    func enhancedStatus(text: String, status: String?) {
        #expect(SMTPDialogue.enhancedStatus(in: text) == status)
    }

    @Test(
        "a refused sign-in needs the user, unless the server says that it will pass",
        arguments: [
            (535, Disposition.needsUser), (534, .needsUser), (530, .needsUser), (538, .needsUser),
            (421, .retryLater), (454, .retryLater),
        ])
    func dispositions(code: Int, disposition: Disposition) {
        #expect(TransferError.signInRefused(SMTPReply(code: code)).disposition == disposition)
    }

    @Test("a size of 0 or one that is not a number is no bound", arguments: ["0", "", "x", "-1"])
    func size(parameter: String) {
        #expect(SMTPServerFacts(extensions: ["SIZE": parameter]).maximumMessageBytes == nil)
    }
}
