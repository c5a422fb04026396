import Failure
import IMAPCore
import MailModel
import NIOCore
import Testing

@Suite("What a refusal means")
struct RefusalTests {
    /// The error that a server's answer to a sign-in makes.
    private func signInError(_ answer: String) throws -> IMAPError {
        var session = SessionMachineTests.Session()
        _ = try session.hear("* OK hi\r\n")
        _ = try session.say(.login(username: "user@x.example", password: "hunter2"))
        var parser = ResponseParser()
        parser.feed(ByteBuffer(string: answer))
        while let event = try parser.next() {
            switch session.machine.receive(event) {
            case .finished(let end): if case .failure(let error) = end.outcome { return error }
            case .fail(let error): return error
            case .ignore, .greeted, .keep, .body, .write, .startTLS, .challenge, .idleEnded: continue
            }
        }
        throw IMAPError.protocolViolation("no refusal")
    }

    @Test(
        "a wrong password is the user's to mend",
        arguments: [
            "A1 NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", "A1 NO LOGIN failed.\r\n",
            "A1 NO [AUTHORIZATIONFAILED] no\r\n", "A1 NO [EXPIRED] old\r\n", "A1 BAD nonsense\r\n",
            "* NO [ALERT] see web\r\nA1 NO [ALERT] Please log in via your web browser: x\r\n",
            "A1 NO [WEBALERT https://accounts.example/x] Web login required\r\n",
        ])
    func refused(answer: String) throws {
        let error = try signInError(answer)
        guard case .signInRefused = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.disposition == .needsUser)
    }

    @Test(
        "25, 26, 27: limits of a provider are no refused sign-in",
        arguments: [
            ("A1 NO [ALERT] Too many simultaneous connections. (Failure)\r\n", .tooManyConnections, nil),
            ("A1 NO [LIMIT] slow down\r\n", .quota, nil), ("A1 NO [INUSE] locked\r\n", .inUse, nil),
            ("A1 NO [UNAVAILABLE] Temporary failure\r\n", .unavailable, nil),
            ("* BYE [ALERT] Too many simultaneous connections\r\n", .tooManyConnections, nil),
            ("A1 NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)\r\n", .quota, nil),
            ("A1 BAD User is authenticated but not connected.\r\n", .unavailable, nil),
            ("A1 NO Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n", .quota, 299.961),
            ("A1 NO Suggested Backoff Time: 30 seconds\r\n", .quota, 30),
        ] as [(String, IMAPError.Throttle.Reason, Double?)])
    func throttled(answer: String, reason: IMAPError.Throttle.Reason, wait: Double?) throws {
        let error = try signInError(answer)
        guard case .throttled(let throttle) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(throttle.reason == reason)
        #expect(throttle.retryAfter == wait)
        #expect(error.disposition == wait.map { .retryAfter(seconds: $0) } ?? .retryLater)
    }

    @Test("what was sent is not repeated out of the server's words")
    func redacted() throws {
        let error = try signInError("A1 NO LOGIN user@x.example hunter2 failed\r\n")
        #expect(!"\(error)".contains("hunter2"))
        #expect(!"\(error)".contains("user@x.example"))
        #expect(!String(reflecting: error).contains("hunter2"))
    }

    @Test(
        "a refused command is tried again unless its code or BAD says that this is useless",
        arguments: [
            ("A1 NO\r\n", Disposition.retryLater), ("A1 NO [NONEXISTENT] no such\r\n", .permanent),
            ("A1 NO [SERVERBUG] oops\r\n", .retryLater), ("A1 BAD what\r\n", .permanent),
        ])
    func dispositions(answer: String, expected: Disposition) throws {
        var session = SessionMachineTests.Session()
        _ = try session.hear("* PREAUTH hi\r\n")
        _ = try session.say(.namespace)
        var parser = ResponseParser()
        parser.feed(ByteBuffer(string: answer))
        guard let event = try parser.next(), case .finished(let end) = session.machine.receive(event),
            case .failure(let error) = end.outcome
        else {
            Issue.record("not refused")
            return
        }
        #expect(error.disposition == expected)
    }
}
