/// Where this parser rightly differs from mime4j's dump: by file what differs, and why. The test fails when one of
/// these no longer differs.
enum Mime4jDifferences {
    struct Entry {
        let fields: Bool
        let contents: Bool
        let reason: String
    }

    private static func contents(_ reason: String) -> Entry { Entry(fields: false, contents: true, reason: reason) }

    private static let emptyParts = "the emptiness between two boundaries in a row is no part"
    private static let shownAsText = "a multipart without any part is shown as the text it is, rather than as nothing"

    static let listed: [String: Entry] = [
        "mimetools-testmsgs/2002_06_12_doublebound.msg": contents(emptyParts),
        "mimetools-testmsgs/double-bound.msg": contents(emptyParts),
        "mimetools-testmsgs/badbound.msg": contents("a boundary folded over two lines is none; " + shownAsText),
        "mimetools-testmsgs/hdr-fakeout.msg": contents("a blank line of one space still parts header and text"),
        "mimetools-testmsgs/multi-bad.msg": contents("of two Content-Type fields the last counts: all is text"),
        "testmsgs/basic-plain-with-bad-header-separator.msg": contents(
            "a blank line of one space still parts header and text"),
        "testmsgs/ending-boundaries.msg": contents(
            "words behind a boundary make it another line (RFC 2046 §5.1.1); " + shownAsText),
        "testmsgs/malformedHeader-noheader.msg": contents("what has no header is all text"),
        "testmsgs/malformedHeaderStartsBody-noheader.msg": contents("what has no header is all text"),
        "testmsgs/malformedHeaderStartsBody-nocrlfcrlf.msg": Entry(
            fields: true, contents: true,
            reason: "the same bytes as malformedHeader-nocrlfcrlf.msg under another setting"),
        "testmsgs/missing-boundary.msg": contents(shownAsText),
        "testmsgs/multipartemptypart.msg": contents(shownAsText),
        "testmsgs/multipartnopart.msg": contents(shownAsText),
        "testmsgs/obsolete.msg": Entry(
            fields: true, contents: false,
            reason: "a field whose name has a raw Latin-1 letter is kept; nothing reads it"),
        "testmsgs/very-very-long-boundary.msg": contents(
            "a boundary of 7,000 characters (RFC 2046 allows 70) is not found by GMime; " + shownAsText),
    ]
}
