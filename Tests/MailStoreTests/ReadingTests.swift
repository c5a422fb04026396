import Failure
import MailModel
import Postgres
import Testing

@testable import MailStore

@Suite("Reading", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct ReadingTests {
    /// Many messages, of which several share a second, each its own thread.
    private static func fill(_ mailbox: Mailbox, count: UInt32) async throws {
        var checkpoint = Checkpoint()
        checkpoint.messages = (1...count).map { .test("\($0)@x", in: mailbox.inbox, uid: $0, at: -Int64($0 % 4)) }
        try await mailbox.commit(checkpoint)
    }

    @Test(
        "pages of messages cover all of them once, newest first, whatever their size", arguments: [1, 3, 10, 23, 100])
    func messagePages(limit: Int) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await Self.fill(mailbox, count: 23)
            var all: [StoredMessage] = []
            while true {
                let page = try await mailbox.store.messages(of: mailbox.key, before: all.last, limit: limit)
                #expect(page.count <= limit)
                if page.isEmpty { break }
                all += page
            }
            #expect(all.count == 23 && Set(all.map(\.id)).count == 23)
            #expect(all.map(\.receivedAt) == all.map(\.receivedAt).sorted(by: >))
        }
    }

    @Test("pages of threads cover all of them once, newest first, whatever their size", arguments: [1, 3, 23, 100])
    func threadPages(limit: Int) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await Self.fill(mailbox, count: 23)
            var all: [StoredThread] = []
            while true {
                let page = try await mailbox.store.threads(of: mailbox.key, before: all.last, limit: limit)
                if page.isEmpty { break }
                all += page
            }
            #expect(all.count == 23 && Set(all.map(\.id)).count == 23)
            #expect(all.map(\.newest) == all.map(\.newest).sorted(by: >))
        }
    }

    @Test("every field of a message reads back as it was stored")
    func fields() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var message = NewMessage.test("a@x", in: mailbox.inbox, uid: .max, uidValidity: .max, at: -100)
            message.subject = "„Zürich“ \u{1F4EE}, \\N {a,\"b\"} \u{200F}"
            message.date = MessageDate(
                instant: EpochSeconds(-86_400), offsetMinutes: -330, raw: "Wed, 31 Dec 1969 00:00:00 -0530 (odd)")
            message.participants = [
                .init(role: .from, address: EmailAddress(name: "Zoë, \"Z\"", address: "Zoe@Example.NET")),
                .init(role: .from, address: EmailAddress(name: nil, address: "second@example.net")),
                .init(role: .sender, address: EmailAddress(name: nil, address: "sender@example.net")),
                .init(role: .replyTo, address: EmailAddress(name: "", address: "not an address")),
                .init(role: .bcc, address: EmailAddress(name: nil, address: "b@example.net")),
            ]
            message.snippet = "snip"
            message.text = String(repeating: "long text ", count: 50_000)
            message.html = "<p>é</p>"
            message.marks = ["eight_bit_headers", "nul_bytes"]
            message.attachments = [
                .init(
                    part: "1.2", filename: "näme.pdf", contentType: "application/pdf", isInline: false, contentID: nil,
                    transferEncoding: "base64", body: 100..<5_000_000_000, size: 3_000_000_000),
                .init(
                    part: "1.1", filename: nil, contentType: "image/png", isInline: true, contentID: "cid@x",
                    transferEncoding: "binary", body: 7..<7, size: 0),
            ]
            try await mailbox.commit(message)

            let stored = try #require(try await mailbox.messages().first)
            let byID = try await mailbox.store.message(stored.id)
            for read in [stored, byID] {
                #expect(read.accountID == mailbox.account.id && read.messageID == "a@x")
                #expect(read.subject == message.subject && read.date == message.date)
                #expect(read.receivedAt == message.internalDate && read.direction == "incoming")
                #expect(read.size == message.raw.count && read.sha256 == message.sha256)
                #expect(read.snippet == "snip" && read.text == message.text && read.html == message.html)
                #expect(read.marks == message.marks && !read.isThreadGuessed)
                for role in ParticipantRole.allCases {
                    #expect(read.addresses(role) == message.participants.filter { $0.role == role }.map(\.address))
                }
                #expect(
                    read.placements == [
                        .init(
                            path: "INBOX", uidValidity: UIDValidity(rawValue: .max), uid: .max, flags: [],
                            internalDate: message.internalDate)
                    ])
                #expect(read.attachments.map(\.part) == ["1.1", "1.2"])
                #expect(read.attachments.map(\.filename) == [nil, "näme.pdf"])
                #expect(read.attachments.map(\.contentID) == ["cid@x", nil])
                #expect(read.attachments.map(\.isInline) == [true, false])
                #expect(read.attachments.map(\.body) == [7..<7, 100..<5_000_000_000])
                #expect(read.attachments.map(\.size) == [0, 3_000_000_000])
                #expect(read.attachments.map(\.transferEncoding) == ["binary", "base64"])
            }
        }
    }

    @Test("what a message lacks reads back as lacking; a date that can't be read keeps its text")
    func lacking() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            var bare = NewMessage.test(nil, in: mailbox.inbox, uid: 1, subject: nil, raw: [])
            bare.date = nil
            bare.participants = []
            bare.text = nil
            var odd = NewMessage.test("odd@x", in: mailbox.inbox, uid: 2, at: -1)
            odd.date = MessageDate(instant: nil, offsetMinutes: nil, raw: "yesterday")
            try await mailbox.commit(bare, odd)
            let messages = try await mailbox.messages()
            let first = try #require(messages.first)
            #expect(first.messageID == nil && first.subject == nil && first.date == nil && first.text == nil)
            #expect(first.html == nil && first.participants.isEmpty && first.attachments.isEmpty && first.size == 0)
            #expect(messages.last?.date == odd.date)
            let thread = try await mailbox.store.thread(first.threadID)
            #expect(thread.subject == nil && thread.participants == [])
        }
    }

    @Test("a message or thread that isn't there is not found, by its id")
    func absent() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.worker)
            let text = "018f0000-0000-7000-8000-000000000001"
            let message = try await storeError { try await store.message(MessageID(text)!) }
            let raw = try await storeError { try await store.rawMessage(MessageID(text)!) { _ in } }
            let thread = try await storeError { try await store.thread(ThreadID(text)!) }
            for error in [message, raw, thread] {
                #expect("\(error)".contains(text) && error.disposition == .permanent)
            }
        }
    }
}
