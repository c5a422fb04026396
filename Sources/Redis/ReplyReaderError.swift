/// Why a stream of replies can't be read any further.
enum ReplyReaderError: Error, Hashable {
    /// Not RESP2, or nested deeper than hiredis follows (7); hiredis's own words, which quote at most one byte.
    case notRESP(String)
    /// An array that announces more elements than allowed.
    case arrayTooLong
    /// A reply of more bytes than allowed.
    case replyTooLong
}

extension ReplyReaderError: CustomStringConvertible {
    var description: String {
        switch self {
        case .notRESP(let reason): reason
        case .arrayTooLong: "an array longer than allowed"
        case .replyTooLong: "a reply longer than allowed"
        }
    }
}
