import Foundation
import IMAP
import IMAPCore
import MailModel
import NIOCore
import Synchronization
import Testing

@Suite("Fetching", .timeLimit(.minutes(2)))
struct FetchTests {
    private func all(_ batches: FetchedBatches<FetchedMessage>) async throws -> [FetchedMessage] {
        var out: [FetchedMessage] = []
        for try await batch in batches { out += batch }
        return out
    }

    @Test("yields whole messages with what is known about them, octet for octet")
    func messages() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 X-GM-EXT-1",
            [
                .hear("UID FETCH 1:3 (UID FLAGS X-GM-MSGID X-GM-THRID X-GM-LABELS BODY.PEEK[])"),
                .say(
                    """
                    * 1 FETCH (UID 1 FLAGS (\\Seen) X-GM-MSGID 11 X-GM-THRID 12 X-GM-LABELS (a) BODY[] {7}
                    a
                    b
                    c)
                    * 2 FETCH (BODY[] {2}
                    xy UID 2 FLAGS () INTERNALDATE " 3-Mar-2016 17:25:01 +0000" RFC822.SIZE 999)
                    $ OK

                    """),
            ])
        let messages = try await all(
            connection.fetchMessages(
                Setup.uids(1...3),
                items: [.uid, .flags, .modSequence, .gmailMessageID, .gmailThreadID, .gmailLabels, .emailID]))
        try #require(messages.map(\.uid.rawValue) == [1, 2])
        #expect(try messages[0].raw?.bytes == Array("a\r\nb\r\nc".utf8))
        #expect(messages[0].flags == [.seen])
        #expect(messages[0].attributes.identity == ProviderIdentity(messageID: "11", threadID: "12"))
        #expect(messages[0].attributes.labels == [[0x61]])
        #expect(try messages[1].raw?.bytes == Array("xy".utf8))
        #expect(messages[1].internalDate == EpochSeconds(1_457_025_901))
        #expect(messages[1].attributes.size == 999)
    }

    @Test("what is in the batch when the tagged OK arrives is yielded before the end")
    func flush() async throws {
        let replies = (1...130).map { "* \($0) FETCH (UID \($0) BODY[] {3}\nabc)\n" }.joined()
        let (_, connection) = try await Setup.opened([.hear("UID FETCH"), .say(replies + "$ OK done\n")])
        #expect(try await all(connection.fetchMessages(Setup.uids(1...130))).count == 130)
    }

    @Test("the connection serves again after a fetch, and not during one")
    func turns() async throws {
        let (_, connection) = try await Setup.opened([
            .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {1}\na)\n$ OK\n"), .hear("UID SEARCH ALL"),
            .say("* SEARCH 1\n$ OK\n"),
        ])
        let batches = try connection.fetchMessages(Setup.uids(1...1))
        #expect(await Setup.error { _ = try await connection.uidSearch(.all) } == .busy)
        #expect(try await all(batches).count == 1)
        #expect(try await connection.uidSearch(.all).count == 1)
        #expect(try await all(connection.fetchMessages(UIDSet())).isEmpty)
    }

    @Test("5, 10: UIDs come in any order, and those not asked for are dropped")
    func filtered() async throws {
        let (_, connection) = try await Setup.opened([
            .hear("UID FETCH"),
            .say(
                "* 9 FETCH (UID 9 BODY[] {1}\na)\n* 5 FETCH (UID 5 BODY[] {1}\nb)\n* 3 FETCH (UID 3 BODY[] {1}\nc)\n$ OK\n"
            ),
        ])
        let messages = try await all(connection.fetchMessages(Setup.uids(5...20)))
        #expect(messages.map(\.uid.rawValue) == [9, 5])
    }

    @Test("a UID without a body is missing, not empty; a change of flags in between is no answer")
    func missing() async throws {
        let (_, connection) = try await Setup.opened([
            .hear("UID FETCH"),
            .say(
                """
                * 1 FETCH (UID 1 FLAGS (\\Seen))
                * 2 FETCH (UID 2 BODY[] NIL)
                * 3 FETCH (UID 3 RFC822.SIZE 4)
                * 7 EXISTS
                * VANISHED 30
                * 4 FETCH (UID 4 BODY[] "")
                $ OK

                """),
        ])
        let messages = try await all(connection.fetchMessages(Setup.uids(1...9)))
        #expect(messages.map(\.uid.rawValue) == [2, 3, 4])
        #expect(messages.map { if case .missing = $0.content { true } else { false } } == [true, true, false])
        #expect(messages.last?.raw?.count == 0)
    }

    @Test("attributes come with the header fields that were asked for, cut at the bound")
    func attributes() async throws {
        var options = Setup.options()
        options.maximumSectionSize = 16
        let (_, connection) = try await Setup.opened(
            options: options,
            [
                .hear("UID FETCH 1:2 (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"),
                .say(
                    "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID)] {5}\nM: a\n)\n"
                        + "* 2 FETCH (UID 2 FLAGS (\\Seen))\n"
                        + "* 2 FETCH (UID 2 BODY[HEADER.FIELDS (\"MESSAGE-ID\")] {20}\n01234567890123456789)\n$ OK\n"),
            ])
        var found: [FetchedAttributes] = []
        let items: [FetchItem] = [.uid, .body(.headerFields(["MESSAGE-ID"]))]
        for try await batch in try connection.fetchAttributes(Setup.uids(1...2), items: items) { found += batch }
        try #require(found.count == 2)
        #expect(found[0].sections.first?.section == .headerFields(["MESSAGE-ID"]))
        #expect(found[0].header?.isEmpty == false)
        #expect(found[1].header == Array("0123456789012345".utf8))
        #expect(found[1].sections.first?.isCut == true)
    }

    @Test("a refusal ends the fetch after what came was yielded, and the connection lives on")
    func refused() async throws {
        let uids = UIDSet((1...700).compactMap { UID(rawValue: UInt32($0 * 2)) })
        let (server, connection) = try await Setup.opened([
            .hear("UID FETCH"), .hear("UID FETCH"),
            .say("* 1 FETCH (UID 2 BODY[] {1}\na)\nA2 NO [LIMIT] enough\n* 2 FETCH (UID 4 BODY[] {1}\nb)\nA3 OK\n"),
            .hear("UID SEARCH"), .say("* SEARCH\n$ OK\n"),
        ])
        var count = 0
        let error = await Setup.error {
            for try await batch in try connection.fetchMessages(uids) { count += batch.count }
        }
        #expect(count == 2)
        guard case .throttled(let throttle)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(throttle.reason == .quota)
        #expect(try await connection.uidSearch(.all).isEmpty)
        #expect(server.heard.filter { $0.hasPrefix("UID FETCH") }.count == 2, "nothing is sent after the refusal")
    }
}

@Suite("Fetching, when things go wrong", .timeLimit(.minutes(2)))
struct FetchFaultTests {
    private func fetch(_ connection: IMAPConnection) async -> (uids: [UInt32], error: IMAPError?) {
        var uids: [UInt32] = []
        let error = await Setup.error {
            for try await batch in try connection.fetchMessages(Setup.uids(1...9)) { uids += batch.map(\.uid.rawValue) }
        }
        return (uids, error)
    }

    @Test("20: a connection that ends amid a literal gives what was complete, then says which message was not")
    func closedAmidLiteral() async throws {
        let (_, connection) = try await Setup.opened([
            .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {1}\na)\n* 2 FETCH (UID 2 BODY[] {100}\nab"), .hangUp,
        ])
        let result = await fetch(connection)
        #expect(result.uids == [1])
        #expect(result.error == .connectionLost(insideReply: true, uid: UID(rawValue: 2)))
        #expect(await Setup.error { _ = try await connection.uidSearch(.all) } == .unusable("it is closed"))
    }

    @Test("21: a message over the bound is read past and marked, and the rest goes on")
    func tooLarge() async throws {
        var options = Setup.options()
        options.maximumMessageSize = 1_000
        let (_, connection) = try await Setup.opened(
            options: options,
            [
                .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {1001}\n"),
                .octets(ByteBuffer(repeating: 0x61, count: 1_001)), .say(")\n* 2 FETCH (UID 2 BODY[] {1}\nb)\n$ OK\n"),
            ])
        var messages: [FetchedMessage] = []
        for try await batch in try connection.fetchMessages(Setup.uids(1...2)) { messages += batch }
        #expect(messages.map(\.uid.rawValue) == [1, 2])
        guard case .refused(size: 1_001)? = messages.first?.content else {
            Issue.record("kept")
            return
        }
        #expect(messages.last?.raw?.count == 1)
        #expect(options.budget.used == 1)
    }

    @Test("21: a bogus huge literal ends the fetch by an error that names the message, and nothing is allocated for it")
    func bogus() async throws {
        let (_, connection) = try await Setup.opened([
            .hear("UID FETCH"),
            .say("* 1 FETCH (UID 1 BODY[] {1}\na)\n* 2 FETCH (UID 2 BODY[] {99999999999}\nab)\n$ OK\n"),
        ])
        let result = await fetch(connection)
        #expect(result.uids == [1])
        #expect(result.error == .bound(.literal(99_999_999_999), uid: UID(rawValue: 2)))
    }

    @Test("31: a server that falls silent amid a fetch meets the stall deadline; the message under way is named")
    func stall() async throws {
        var options = Setup.options()
        options.stallTimeout = .seconds(2)
        let (server, connection) = try await Setup.opened(
            options: options,
            [
                .hear("UID FETCH"), .say("* 2 FETCH (UID 2 BODY[] {100}\nab"),
            ])
        #expect(await fetch(connection).error == .stalled(uid: UID(rawValue: 2)))
        await server.connectionEnded()
    }

    @Test("letting go of a fetch half way closes the connection")
    func earlyExit() async throws {
        let (server, connection) = try await Setup.opened([
            .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {1}\na)\n"),
        ])
        for try await _ in try connection.fetchMessages(Setup.uids(1...9)) { break }
        await server.connectionEnded()
        #expect(await Setup.error { _ = try await connection.uidSearch(.all) } == .unusable("it is closed"))
    }

    @Test("cancelling the task that waits for a batch closes the connection")
    func cancelled() async throws {
        let (server, connection) = try await Setup.opened([.hear("UID FETCH")])
        let task = Task { await fetch(connection).error }
        task.cancel()
        #expect(await task.value == .cancelled)
        await server.connectionEnded()
    }

    @Test("a server that says BYE amid a fetch ends it, after what was complete")
    func bye() async throws {
        let (_, connection) = try await Setup.opened([
            .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {1}\na)\n* BYE shutting down\n"), .hangUp,
        ])
        let result = await fetch(connection)
        #expect(result.uids == [1])
        #expect(result.error == .goodbye("shutting down"))
    }
}

@Suite("Memory of a fetch", .timeLimit(.minutes(2)))
struct FetchMemoryTests {
    @Test("a message over the threshold is in a file without a name, and counts in no budget")
    func spooled() async throws {
        var options = Setup.options()
        options.spoolThreshold = 10_000
        options.spoolFolder = FileManager.default.temporaryDirectory.path
        let content = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let (_, connection) = try await Setup.opened(
            options: options,
            [
                .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {2000000}\n"), .octets(ByteBuffer(bytes: content)),
                .say(" FLAGS ())\n* 2 FETCH (UID 2 BODY[] {10000}\n"),
                .octets(ByteBuffer(repeating: 1, count: 10_000)), .say(")\n$ OK\n"),
            ])
        var messages: [FetchedMessage] = []
        for try await batch in try connection.fetchMessages(Setup.uids(1...2)) { messages += batch }
        try #require(messages.count == 2)
        let spooled = try #require(messages[0].raw)
        #expect(spooled.count == content.count)
        #expect(try spooled.bytes == content)
        let descriptor = try #require(spooled.fileDescriptor)
        var status = stat()
        #expect(fstat(descriptor, &status) == 0)
        #expect(status.st_nlink == 0)
        #expect(messages[1].raw?.fileDescriptor == nil)
        #expect(options.budget.used == 10_000)
        messages.removeAll()
        #expect(options.budget.used == 0)
    }

    @Test("a fetch pauses while the budget is used up, and goes on when messages are let go of")
    func budget() async throws {
        // Guard: without the wait for room in FetchStream.beginDelayed the second task would never be seen waiting, since it
        // would have had all messages at once.
        let options = Setup.options(budget: 1 << 20)
        let size = 256 << 10
        let count = 64
        var steps: [ScriptedServer.Step] = [.hear("UID FETCH")]
        for uid in 1...count {
            steps.append(.say("* \(uid) FETCH (UID \(uid) BODY[] {\(size)}\n"))
            steps.append(.octets(ByteBuffer(repeating: 0x61, count: size)))
            steps.append(.say(")\n"))
        }
        let (_, connection) = try await Setup.opened(options: options, steps + [.say("$ OK\n")])
        let held = Mutex<[FetchedMessage]>([])
        let reader = Task {
            var seen = 0
            for try await batch in try connection.fetchMessages(Setup.uids(1...64)) {
                seen += batch.count
                held.withLock { $0 += batch }
            }
            return seen
        }
        var isAllRead = false
        var pauses = 0
        while !isAllRead {
            if options.budget.waiting == 1 {
                // The cap, what lay in the window, one read, and one message.
                #expect(options.budget.used <= (1 << 20) + (512 << 10) + (1 << 20) + size)
                pauses += 1
                held.withLock { $0.removeAll() }
            } else {
                isAllRead = held.withLock { $0.last?.uid == UID(rawValue: 64) }
            }
            await Task.yield()
        }
        #expect(try await reader.value == count)
        #expect(pauses > 1)
        held.withLock { $0.removeAll() }
        #expect(options.budget.used == 0)
    }

    @Test("a fetch that is cancelled while it waits for room ends")
    func cancelledPause() async throws {
        let options = Setup.options(budget: 1)
        let (server, connection) = try await Setup.opened(
            options: options,
            [
                .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {2}\nab)\n* 2 FETCH (UID 2 BODY[] {2}\nab)\n"),
            ])
        let reader = Task { () -> IMAPError? in
            var held: [FetchedMessage] = []
            let error = await Setup.error {
                for try await batch in try connection.fetchMessages(Setup.uids(1...9)) { held += batch }
            }
            #expect(held.count == 1)
            return error
        }
        while options.budget.waiting == 0 { await Task.yield() }
        reader.cancel()
        #expect(await reader.value == .cancelled)
        await server.connectionEnded()
    }

    @Test("a message larger than the whole budget passes")
    func largerThanBudget() async throws {
        let options = Setup.options(budget: 1_000)
        let (_, connection) = try await Setup.opened(
            options: options,
            [
                .hear("UID FETCH"), .say("* 1 FETCH (UID 1 BODY[] {500000}\n"),
                .octets(ByteBuffer(repeating: 1, count: 500_000)), .say(")\n* 2 FETCH (UID 2 BODY[] {500000}\n"),
                .octets(ByteBuffer(repeating: 2, count: 500_000)), .say(")\n$ OK\n"),
            ])
        var sizes: [Int?] = []
        for try await batch in try connection.fetchMessages(Setup.uids(1...2)) { sizes += batch.map { $0.raw?.count } }
        #expect(sizes == [500_000, 500_000])
    }
}
