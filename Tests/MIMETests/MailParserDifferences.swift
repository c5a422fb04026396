/// Where this parser rightly differs from mail-parser's dump: by file the fields, and why. The test fails when one of
/// these no longer differs.
enum MailParserDifferences {
    struct Entry {
        let fields: Set<String>
        let reason: String
    }

    private static let latin1 = "raw Latin-1 in a header is read as windows-1252, not as U+FFFD"
    private static let uuencode = "x-uuencode is undone; mail-parser leaves it as text"
    private static let noDomain = "a bare word is kept as an address without a domain, not as a name without an address"
    private static let rawName = "a raw Latin-1 file name is read as windows-1252, not as U+FFFD"
    private static let latin1Body = "an unlabelled Latin-1 body is read as windows-1252, not as U+FFFD"
    private static let outerBoundary =
        "the outer boundary ends the inner multipart, though the inner was not closed (RFC 2046 §5.1.2)"

    static let listed: [String: Entry] = [
        "legacy/010.eml": Entry(fields: ["subject", "to"], reason: latin1),
        "legacy/017.eml": Entry(fields: ["to", "content0", "content1"], reason: latin1 + "; " + uuencode),
        "legacy/020.eml": Entry(fields: ["subject", "to"], reason: latin1),
        "legacy/022.eml": Entry(fields: ["subject", "to"], reason: latin1),
        "legacy/027.eml": Entry(fields: ["subject", "to"], reason: latin1),
        "legacy/048.eml": Entry(fields: ["content0", "content1", "content2"], reason: uuencode),
        "malformed/000.eml": Entry(
            fields: ["text"], reason: "none of its parts has a header and a body: the body is shown as the text it is"),
        "legacy/016.eml": Entry(fields: ["attachments"], reason: rawName),
        "legacy/023.eml": Entry(fields: ["attachments"], reason: rawName),
        "legacy/026.eml": Entry(fields: ["attachments"], reason: rawName),
        "legacy/033.eml": Entry(fields: ["text"], reason: latin1Body),
        "legacy/052.eml": Entry(fields: ["subject", "to", "text"], reason: latin1 + "; " + latin1Body),
        "malformed/001.eml": Entry(fields: ["text", "attachments"], reason: outerBoundary),
        "malformed/002.eml": Entry(
            fields: ["text", "attachments"],
            reason: "a multipart without its boundary is text, not an attachment of nothing"),
        "malformed/003.eml": Entry(
            fields: ["text", "attachments"], reason: "the text behind a boundary used twice is the message's text"),
        "malformed/004.eml": Entry(
            fields: ["attachments"], reason: "--ac is no boundary of the message; the text is shown once, as text"),
        "malformed/006.eml": Entry(
            fields: ["text", "attachments"], reason: "a boundary that extends the outer one is found, and its text"),
        "malformed/007.eml": Entry(
            fields: ["text", "attachments"], reason: "a boundary among the fields of a part: what follows is its text"),
        "malformed/008.eml": Entry(fields: ["text", "html", "attachments"], reason: outerBoundary),
        "malformed/009.eml": Entry(fields: ["text", "attachments"], reason: outerBoundary),
        "malformed/011.eml": Entry(fields: ["text", "attachments"], reason: outerBoundary),
        "malformed/012.eml": Entry(fields: ["attachments"], reason: outerBoundary),
        "malformed/016.eml": Entry(fields: ["text", "attachments"], reason: outerBoundary),
        "malformed/017.eml": Entry(
            fields: ["attachments"], reason: "the file name of a disposition without a type is read too"),
        "malformed/019.eml": Entry(
            fields: ["date"], reason: "the time of day is torn (10:00:t); the day alone is kept"),
        "rfc/000.eml": Entry(
            fields: ["content0", "content1", "3/from", "3/to"],
            reason: "what is labelled base64 is decoded as far as it goes; a comment alone is no address"),
        "rfc/001.eml": Entry(fields: ["from", "to"], reason: noDomain),
        "rfc/002.eml": Entry(fields: ["0/to"], reason: "a comment within a name stays where it stood"),
        "rfc/004.eml": Entry(fields: ["from", "to", "0/from", "1/from"], reason: noDomain),
        "rfc/009.eml": Entry(fields: ["0/from"], reason: "a comment alone is no address"),
        "thirdparty/000.eml": Entry(fields: ["text"], reason: "NUL is taken out, since PostgreSQL's text has none"),
        "thirdparty/002.eml": Entry(
            fields: ["text", "attachments"],
            reason: "a text part whose base64 is broken stays part of the text, read as windows-1252"),
        "thirdparty/005.eml": Entry(
            fields: ["text"], reason: "a boundary within a line is none; an odd last byte of UTF-16 is U+FFFD"),
        "thirdparty/015.eml": Entry(
            fields: ["attachments"],
            reason: "attached messages that are cut off in their header do not end the outer one"),
    ]
}
