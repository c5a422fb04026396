/// What the prefix of a subject says that a message is.
package enum SubjectPrefix: Sendable, Hashable {
    case reply, forward

    /// A prefix by its word, lower-cased and without its colon; `nil` for any other word.
    static func named(_ word: String) -> SubjectPrefix? { words[word] }

    private static let words: [String: SubjectPrefix] = {
        let replies = [
            "re",  // RFC 5256; Spanish, French and Portuguese too
            "답장", "회신",  // Korean
            "aw", "antwort",  // German
            "res",  // Portuguese
            "r", "rif",  // Italian
            "antw",  // Dutch
            "sv",  // Swedish, Danish, Norwegian
            "odp",  // Polish
            "отв", "ответ", "на",  // Russian
            "ynt", "yan", "cvp",  // Turkish
            "返信",  // Japanese
            "回复", "回覆", "回復", "答复", "答覆",  // Chinese, simplified and traditional
        ]
        let forwards = [
            "fw", "fwd",  // RFC 5256
            "전달",  // Korean
            "wg", "wtrlt",  // German
            "tr",  // French
            "rv", "reenv",  // Spanish
            "enc",  // Portuguese
            "i",  // Italian
            "doorst",  // Dutch
            "vb",  // Swedish
            "vs",  // Norwegian, Danish. Finnish replies have it too; taking those for forwards only misses a guess
            "pd",  // Polish
            "пересл",  // Russian
            "ilt", "i\u{307}lt", "ılt",  // Turkish: its dotted capital I lower-cases to i and a combining dot
            "転送",  // Japanese
            "转发", "转寄", "轉發", "轉寄",  // Chinese, simplified and traditional
        ]
        var words: [String: SubjectPrefix] = [:]
        for word in replies { words[word] = .reply }
        for word in forwards { words[word] = .forward }
        return words
    }()
}
