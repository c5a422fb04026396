/// What was out of order in a message, or cut by a bound. The raw values are stored and shown: never change one.
package enum ParseMark: String, Sendable, Hashable, CaseIterable, Codable {
    /// Multiparts nested deeper than ``ParseLimits/depth``; what lies below is not listed.
    case depthExceeded = "depth_exceeded"
    /// More parts than ``ParseLimits/parts``; the later ones are not listed.
    case partsExceeded = "parts_exceeded"
    /// More header fields or header bytes than the limits; later fields were not read.
    case headersExceeded = "headers_exceeded"
    /// A multipart without a boundary, or whose boundary never comes; its body was read as text.
    case brokenBoundary = "broken_boundary"
    /// Bytes that their charset's name does not explain: another charset was taken, or U+FFFD put in.
    case charsetRepaired = "charset_repaired"
    /// A charset that is unknown here; it was guessed.
    case charsetUnknown = "charset_unknown"
    /// A text part's base64 holds what is no base64.
    case invalidBase64 = "invalid_base64"
    /// The text or the HTML was longer than ``ParseLimits/textBytes``.
    case truncatedText = "truncated_text"
    /// Nothing at the top that looks like a header field.
    case noHeaders = "no_headers"
    /// NUL in the header or in a text; taken out, since PostgreSQL's text has none.
    case nulBytes = "nul_bytes"
    /// No line feed at all: carriage returns were read as line ends.
    case bareCarriageReturns = "bare_carriage_returns"
    /// The file was shorter than was said, or could not be read to its end.
    case unreadable
}
