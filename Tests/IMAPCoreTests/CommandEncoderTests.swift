import Foundation
import IMAPCore
import MailModel
import NIOCore
import Testing

@Suite("Commands on the wire")
struct CommandEncoderTests {
    private func pieces(_ command: Command, _ literals: LiteralMode = .synchronising) throws(IMAPError) -> [String] {
        try CommandEncoder.encode(command, tag: "A1", literals: literals).pieces.map { String(buffer: $0) }
    }

    private static func path(_ text: String) -> FolderPath { FolderPath(raw: Array(text.utf8), delimiter: nil) }
    private static let day = EpochSeconds(1_457_022_301)

    static let fixtures: [(Command, String)] = [
        (.capability, "CAPABILITY"), (.logout, "LOGOUT"), (.startTLS, "STARTTLS"), (.namespace, "NAMESPACE"),
        (.id([("name", "x\"y")]), "ID (\"name\" \"x\\\"y\")"), (.id([]), "ID NIL"),
        (.login(username: "a b", password: "p\\w"), "LOGIN \"a b\" \"p\\\\w\""),
        (
            .authenticatePlain(username: "tim", password: "tanstaaftanstaaf", initialResponse: true),
            "AUTHENTICATE PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm"
        ),
        (.enable(["CONDSTORE"]), "ENABLE CONDSTORE"),
        (.list(pattern: "*", returning: []), "LIST \"\" \"*\""),
        (
            .list(pattern: "*", returning: [.specialUse, .status([.messages, .uidNext])]),
            "LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES UIDNEXT))"
        ),
        (.status(path("a\"b"), [.messages, .highestModSequence]), "STATUS \"a\\\"b\" (MESSAGES HIGHESTMODSEQ)"),
        (.examine(path("INBOX")), "EXAMINE \"INBOX\""),
        (.uidSearch(.all, extended: false), "UID SEARCH ALL"),
        (.uidSearch(.since(day), extended: true), "UID SEARCH RETURN (ALL) SINCE 3-Mar-2016"),
        (.uidSearch(.since(EpochSeconds(-1)), extended: false), "UID SEARCH SINCE 31-Dec-1969"),
        (
            .uidSearch(.or(.header(field: "MESSAGE-ID", value: "a@b"), .not(.gmailThreadID(7))), extended: false),
            "UID SEARCH OR HEADER \"MESSAGE-ID\" \"a@b\" NOT X-GM-THRID 7"
        ),
        (
            .uidSearch(.not(.and([.threadID("T1"), .emailID("M1"), .gmailMessageID(2)])), extended: false),
            "UID SEARCH NOT (THREADID T1 EMAILID M1 X-GM-MSGID 2)"
        ),
        (.uidThread(.refs, .all), "UID THREAD REFS UTF-8 ALL"),
        (
            .uidFetch(UIDSet(normalising: [1...4, 7...7]), [.uid, .flags, .internalDate, .size, .body(.whole)]),
            "UID FETCH 1:4,7 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
        ),
        (
            .uidFetch(
                UIDSet(normalising: [1...1]),
                [
                    .body(.headerFields(["MESSAGE-ID", "REFERENCES"])),
                    .partialBody(.part("1.2"), offset: 0, count: 512),
                ]),
            "UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID REFERENCES)] BODY.PEEK[1.2]<0.512>)"
        ),
        (
            .uidFetch(
                UIDSet(normalising: [1...1]),
                [.gmailMessageID, .gmailThreadID, .gmailLabels, .emailID, .threadID, .modSequence]),
            "UID FETCH 1 (X-GM-MSGID X-GM-THRID X-GM-LABELS EMAILID THREADID MODSEQ)"
        ),
    ]

    @Test("have the server's syntax", arguments: fixtures.indices)
    func syntax(index: Int) throws {
        let (command, expected) = Self.fixtures[index]
        #expect(try pieces(command) == ["A1 \(expected)\r\n"])
    }

    @Test("wait for + before a literal, unless the server lets them pass")
    func literals() throws {
        let command = Command.login(username: "jürgen", password: "x")
        #expect(try pieces(command) == ["A1 LOGIN {7}\r\n", "jürgen \"x\"\r\n"])
        #expect(try pieces(command, .nonSynchronising(limit: nil)) == ["A1 LOGIN {7+}\r\njürgen \"x\"\r\n"])
        #expect(try pieces(command, .nonSynchronising(limit: 6)).count == 2)
    }

    @Test("name a charset for terms beyond ASCII")
    func charset() throws {
        let key = SearchKey.header(field: "SUBJECT", value: "größe")
        #expect(
            try pieces(.uidSearch(key, extended: false), .nonSynchronising(limit: nil))
                == ["A1 UID SEARCH CHARSET UTF-8 HEADER \"SUBJECT\" {7+}\r\ngröße\r\n"])
    }

    @Test("of XOAUTH2 hold user and token, at once or after +")
    func xoauth2() throws {
        let decoded = "user=u@x\u{01}auth=Bearer tok\u{01}\u{01}"
        let base64 = Data(decoded.utf8).base64EncodedString()
        func command(_ initial: Bool) -> Command {
            .authenticateXOAuth2(username: "u@x", accessToken: "tok", initialResponse: initial)
        }
        #expect(try pieces(command(true)) == ["A1 AUTHENTICATE XOAUTH2 \(base64)\r\n"])
        #expect(try pieces(command(false)) == ["A1 AUTHENTICATE XOAUTH2\r\n", "\(base64)\r\n"])
    }

    @Test("of OAUTHBEARER name user, server and token, and escape the name")
    func oauthBearer() throws {
        let decoded = "n,a=u=3D@x,\u{01}host=mail.example\u{01}port=993\u{01}auth=Bearer tok\u{01}\u{01}"
        let base64 = Data(decoded.utf8).base64EncodedString()
        func command(_ initial: Bool) -> Command {
            .authenticateOAuthBearer(
                username: "u=@x", accessToken: "tok", host: "mail.example", port: 993, initialResponse: initial)
        }
        #expect(try pieces(command(true)) == ["A1 AUTHENTICATE OAUTHBEARER \(base64)\r\n"])
        #expect(try pieces(command(false)) == ["A1 AUTHENTICATE OAUTHBEARER\r\n", "\(base64)\r\n"])
    }

    @Test("ask for what changed, and for what is gone")
    func changes() throws {
        let uids = UIDSet(normalising: [1...90])
        let since = ModSequence(rawValue: 17)
        #expect(
            try pieces(.uidFetch(uids, [.uid, .flags], changes: ChangedSince(since, wantsVanished: true)))
                == ["A1 UID FETCH 1:90 (UID FLAGS) (CHANGEDSINCE 17 VANISHED)\r\n"])
        #expect(
            try pieces(
                .uidFetch(uids, [.flags], changes: ChangedSince(ModSequence(rawValue: 0), wantsVanished: false)))
                == ["A1 UID FETCH 1:90 (FLAGS) (CHANGEDSINCE 1)\r\n"])
        #expect(try pieces(.examine(Self.path("a"), condstore: true)) == ["A1 EXAMINE \"a\" (CONDSTORE)\r\n"])
        let key = SearchKey.and([.changedSince(since), .not(.deleted), .before(EpochSeconds(0))])
        #expect(
            try pieces(.uidSearch(key, extended: false))
                == ["A1 UID SEARCH MODSEQ 17 NOT DELETED BEFORE 1-Jan-1970\r\n"])
    }

    @Test("of NOTIFY name what is told, and where")
    func notify() throws {
        #expect(try pieces(.notify(.nothing)) == ["A1 NOTIFY NONE\r\n"])
        #expect(
            try pieces(.notify(.changes(in: [Self.path("INBOX"), Self.path("a b")], flags: true, names: true))) == [
                "A1 NOTIFY SET STATUS (SELECTED (MessageNew MessageExpunge FlagChange))"
                    + " (MAILBOXES (\"INBOX\" \"a b\") (MessageNew MessageExpunge FlagChange))"
                    + " (PERSONAL (MailboxName))\r\n"
            ])
        #expect(
            try pieces(.notify(.changes(in: nil, flags: false, names: false))) == [
                "A1 NOTIFY SET STATUS (SELECTED (MessageNew MessageExpunge))"
                    + " (PERSONAL (MessageNew MessageExpunge))\r\n"
            ])
    }

    static let injections: [Command] = ["\r", "\n", "\0", "x\r\nA2 LOGOUT"].flatMap { bad -> [Command] in
        [
            .login(username: bad, password: "x"), .login(username: "x", password: bad),
            .authenticatePlain(username: bad, password: "x", initialResponse: true),
            .authenticatePlain(username: "x", password: bad, initialResponse: true),
            .authenticateXOAuth2(username: bad, accessToken: "x", initialResponse: true),
            .authenticateXOAuth2(username: "x", accessToken: bad, initialResponse: true),
            .authenticateOAuthBearer(username: bad, accessToken: "x", host: "h", port: 1, initialResponse: true),
            .authenticateOAuthBearer(username: "x", accessToken: bad, host: "h", port: 1, initialResponse: true),
            .notify(.changes(in: [path(bad)], flags: true, names: true)),
            .examine(path(bad)), .select(path(bad)), .status(path(bad), [.messages]),
            .list(pattern: bad, returning: []),
            .uidSearch(.header(field: bad, value: "x"), extended: true),
            .uidSearch(.header(field: "x", value: bad), extended: true), .uidSearch(.threadID(bad), extended: true),
            .uidSearch(.or(.all, .not(.emailID(bad))), extended: true), .enable([bad]), .id([(bad, "x")]),
            .id([("x", bad)]), .uidFetch(UIDSet(UID.min...UID.min), [.body(.headerFields([bad]))]),
            .uidFetch(UIDSet(UID.min...UID.min), [.body(.part(bad))]),
        ]
    }

    @Test("with a line break or NUL in them are refused whole", arguments: injections.indices)
    func injection(index: Int) {
        do throws(IMAPError) {
            _ = try pieces(Self.injections[index])
            Issue.record("it was written")
        } catch {
            guard case .injection = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!"\(error)".contains("LOGOUT"))
        }
    }

    @Test("22: UID sets are ascending and fit in lines of 1,000 octets")
    func lines() throws {
        let uids = UIDSet((1...5_000).compactMap { UID(rawValue: UInt32($0 * 3)) })
        let pieces = uids.lines()
        #expect(pieces.reduce(UIDSet()) { $0.union($1) } == uids)
        for piece in pieces {
            let line = try self.pieces(.uidFetch(piece, [.uid, .flags, .internalDate, .size, .body(.whole)]))[0]
            #expect(line.utf8.count <= 1_000)
        }
        #expect(UIDSet(normalising: [1...1_000_000]).lines().count == 1)
        #expect(UIDSet(normalising: [1...10]).lines(maximumCount: 4).map(\.description) == ["1:4", "5:8", "9:10"])
        #expect(UIDSet().lines().isEmpty)
    }

    @Test("a credential shows itself nowhere")
    func redaction() {
        let credential = IMAPCredential.password(username: "user-name", password: "top-secret")
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped] {
            #expect(!text.contains("top-secret"))
            #expect(!text.contains("user-name"))
        }
    }
}
