extension SMTPDialogue {
    /// The first word of a 220 line, which RFC 5321 §4.2 makes the server's name.
    static func host(inGreeting text: String) -> String {
        text.split(separator: " ").first.map(String.init) ?? ""
    }

    /// Keywords and parameters of an EHLO reply; its first line is a greeting (RFC 5321 §4.1.1.1). `AUTH=…`, the form
    /// from before RFC 2554, stands beside AUTH in many servers and is left out, since libcurl does not use it.
    static func extensions(in texts: [String]) -> [String: String] {
        var extensions: [String: String] = [:]
        for text in texts.dropFirst() {
            let parts = text.split(separator: " ", maxSplits: 1)
            guard let keyword = parts.first?.uppercased(), !keyword.hasPrefix("AUTH=") else { continue }
            extensions[keyword] = parts.count > 1 ? String(parts[1]) : ""
        }
        return extensions
    }

    /// The enhanced status code that begins a reply's text (RFC 2034), `5.7.8`; nil when there is none.
    static func enhancedStatus(in text: String) -> String? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let word = text.prefix { $0 != " " }
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, ["2", "4", "5"].contains(numbers[0]),
            numbers.dropFirst().allSatisfy({ (1...3).contains($0.count) && $0.utf8.allSatisfy(digits.contains) })
        else { return nil }
        return String(word)
    }
}
