import IMAPCore
import NIOCore
import Testing

@Suite("Idling")
struct IdleTests {
    /// A session that is signed in, and what it does, in words.
    struct Session {
        private var machine = SessionMachine(requiresStartTLS: false)
        private var parser = ResponseParser()

        init() throws { _ = try hear("* PREAUTH hi\r\n") }

        mutating func hear(_ text: String) throws -> [String] {
            parser.feed(ByteBuffer(string: text))
            var out: [String] = []
            while let event = try parser.next() {
                switch machine.receive(event) {
                case .ignore: out.append("ignore")
                case .keep: out.append("keep")
                case .write(let bytes): out.append("write \(String(buffer: bytes))")
                case .idleEnded(.left): out.append("left")
                case .idleEnded(.byServer): out.append("by server")
                case .idleEnded(.refused(let error)): out.append("refused: \(error)")
                case .finished(let end): out.append("finished \(end.index)")
                case .fail(let error): out.append("fail: \(error)")
                case .greeted, .body, .startTLS, .challenge: out.append("else")
                }
            }
            return out
        }

        mutating func idle() throws -> String { String(buffer: try machine.beginIdle()) }
        mutating func leave(isOverdue: Bool = false) -> String? {
            machine.leaveIdle(isOverdue: isOverdue).map { String(buffer: $0) }
        }
        mutating func say(_ command: Command) throws -> String { String(buffer: try machine.begin(Request(command))) }
        var awaitsConsent: Bool { machine.awaitsIdleConsent }
    }

    @Test("begins with IDLE, ends with DONE, and leaves the session free for commands")
    func plain() throws {
        var session = try Session()
        #expect(try session.idle() == "A1 IDLE\r\n")
        #expect(throws: IMAPError.busy) { _ = try session.say(.noop) }
        #expect(throws: IMAPError.busy) { _ = try session.idle() }
        #expect(try session.hear("+ idling\r\n* 4 EXISTS\r\n") == ["ignore", "keep"])
        #expect(session.leave() == "DONE\r\n")
        #expect(session.leave() == nil)
        #expect(try session.hear("* 5 EXISTS\r\nA1 OK done\r\n") == ["keep", "left"])
        #expect(try session.say(.noop) == "A2 NOOP\r\n")
        #expect(session.leave() == nil)
    }

    @Test("30: EXISTS before the +, and a + that comes twice")
    func early() throws {
        var session = try Session()
        _ = try session.idle()
        #expect(try session.hear("* 4 EXISTS\r\n") == ["keep"])
        #expect(session.awaitsConsent)
        #expect(try session.hear("+\r\n+ still here\r\n") == ["ignore", "ignore"])
        #expect(!session.awaitsConsent)
    }

    @Test("30: DONE waits for the +")
    func doneWaits() throws {
        var session = try Session()
        _ = try session.idle()
        #expect(session.leave() == nil)
        #expect(try session.hear("* 4 EXISTS\r\n+ idling\r\n") == ["keep", "write DONE\r\n"])
        #expect(try session.hear("A1 OK\r\n") == ["left"])
    }

    @Test("30: a + that never comes holds DONE back only for its time, and may still come after it")
    func missingConsent() throws {
        var session = try Session()
        _ = try session.idle()
        #expect(session.leave() == nil)
        #expect(session.leave(isOverdue: true) == "DONE\r\n")
        #expect(try session.hear("+ idling\r\nA1 OK\r\n") == ["ignore", "left"])
    }

    @Test("30: it ends by itself", arguments: ["A1 OK timed out", "A1 NO timed out", "A1 BAD timed out"])
    func byServer(answer: String) throws {
        var session = try Session()
        _ = try session.idle()
        #expect(try session.hear("+ idling\r\n\(answer)\r\n") == ["ignore", "by server"])
        #expect(session.leave() == nil)
        #expect(try session.idle() == "A2 IDLE\r\n")
    }

    @Test("30: DONE crosses the server's own end, and the BAD to it ends no other command")
    func crossing() throws {
        var session = try Session()
        _ = try session.idle()
        _ = try session.hear("+ idling\r\n")
        #expect(session.leave() == "DONE\r\n")
        #expect(try session.hear("A1 OK timed out\r\n") == ["left"])
        _ = try session.say(.noop)
        #expect(try session.hear("DONE BAD unknown\r\n* BAD unknown\r\nA2 OK\r\n") == ["ignore", "keep", "finished 0"])
    }

    @Test("30: a DONE that is answered by BAD has ended it all the same", arguments: ["BAD", "NO"])
    func badDone(condition: String) throws {
        var session = try Session()
        _ = try session.idle()
        _ = try session.hear("+ idling\r\n")
        _ = session.leave()
        #expect(try session.hear("A1 \(condition) what?\r\n") == ["left"])
    }

    @Test("a server that does not know it says so")
    func refused() throws {
        var session = try Session()
        _ = try session.idle()
        #expect(try session.hear("A1 BAD what?\r\n") == ["refused: the mail server refused IDLE: what?"])
        #expect(try session.say(.noop) == "A2 NOOP\r\n")
    }

    @Test("BYE while idling ends the session")
    func bye() throws {
        var session = try Session()
        _ = try session.idle()
        #expect(try session.hear("+\r\n* BYE restart\r\n").last == "fail: the mail server ended the session: restart")
    }

    @Test("is not begun before the sign-in")
    func phase() throws {
        var machine = SessionMachine(requiresStartTLS: false)
        #expect(throws: IMAPError.unusable("it is not ready yet")) { _ = try machine.beginIdle() }
    }

    @Test("an exchange says the same wherever it is cut")
    func splits() throws {
        let server = "* 4 EXISTS\r\n+ idling\r\n* OK Still here\r\n* VANISHED 3:4\r\n* 2 EXISTS\r\nA1 OK done\r\n"
        var whole = try Session()
        _ = try whole.idle()
        _ = whole.leave()
        let expected = try whole.hear(server)
        #expect(expected == ["keep", "write DONE\r\n", "keep", "keep", "keep", "left"])
        for place in 1..<server.utf8.count {
            var session = try Session()
            _ = try session.idle()
            _ = session.leave()
            let bytes = Array(server.utf8).cut(at: place)
            let heard = try bytes.flatMap { try session.hear(String(decoding: $0, as: UTF8.self)) }
            #expect(heard == expected, "cut at \(place)")
        }
    }
}
