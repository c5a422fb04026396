/// What HTML shows, as plain text: for the snippet and for messages that mix both kinds. It is a scan, not a parse: it
/// must be fast and must not fail, whatever the markup; nothing of it is ever shown as HTML.
package enum HTMLText {
    /// - Parameters:
    ///   - limit: bytes of output after which the scan stops.
    ///   - inputLimit: bytes of HTML that are looked at.
    package static func strip(_ html: String, limit: Int = .max, inputLimit: Int = .max) -> String {
        var html = html
        return html.withUTF8 { strip(UnsafeRawBufferPointer($0), limit: limit, inputLimit: inputLimit) }
    }

    private static func strip(_ input: UnsafeRawBufferPointer, limit: Int, inputLimit: Int) -> String {
        // Once no end tag of an element was found, none is sought again: else a page of `<head>` is quadratic.
        var neverClosed: Set<Int> = []
        var length = min(input.count, inputLimit)
        if length < input.count {
            length = UnsafeRawBufferPointer(rebasing: input[0..<length]).utf8LengthOfWholeScalars
        }
        let html = UnsafeRawBufferPointer(rebasing: input[0..<length])
        var out: [UInt8] = []
        // How many `<pre>` are open.
        var preformatted = 0
        var index = 0
        while index < html.count, out.count < limit {
            switch html[index] {
            case UInt8(ascii: "<"):
                index = skipTag(html, index, &out, &neverClosed, &preformatted)
            case UInt8(ascii: "&"):
                index = decodeEntity(html, index, &out)
            // The source's own line ends are blanks: programs wrap it anywhere, within a name or a date too.
            case 0x0A where preformatted == 0, 0x0D where preformatted == 0:
                if let last = out.last, last != 0x20, last != 0x0A { out.append(0x20) }
                index += 1
            default:
                out.append(html[index])
                index += 1
            }
        }
        // The limit may have cut a scalar.
        let whole = out.withUnsafeBytes { $0.utf8LengthOfWholeScalars }
        return String(decoding: out[0..<whole], as: UTF8.self)
    }

    /// Elements whose content is never shown.
    private static let hidden: [StaticString] = ["style", "script", "head", "title", "template", "noscript"]
    private static let headIndex = 2
    private static let blocks: [StaticString] = [
        "p", "br", "div", "tr", "li", "td", "th", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote",
        "pre", "ul",
        "ol", "dt", "dd", "section", "article", "header", "footer",
    ]

    private static func skipTag(
        _ html: UnsafeRawBufferPointer, _ start: Int, _ out: inout [UInt8], _ neverClosed: inout Set<Int>,
        _ preformatted: inout Int
    ) -> Int {
        let rest = UnsafeRawBufferPointer(rebasing: html[(start + 1)...])
        if rest.hasPrefixIgnoringCase("!--") {
            return find(html, from: start + 4, "-->").map { $0 + 3 } ?? html.count
        }
        let isEnd = rest.first == UInt8(ascii: "/")
        let nameStart = start + (isEnd ? 2 : 1)
        var nameEnd = nameStart
        while nameEnd < html.count, html[nameEnd].isLetterOrDigit { nameEnd += 1 }
        guard nameEnd > nameStart || rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "?") else {
            // A lone `<` is text.
            out.append(html[start])
            return start + 1
        }
        let name = UnsafeRawBufferPointer(rebasing: html[nameStart..<nameEnd])
        let close = tagEnd(html, from: nameEnd)
        if !isEnd, close < html.count, html[close - 1] != UInt8(ascii: "/"),
            let element = hidden.firstIndex(where: { name.equalsIgnoringCase($0) }), !neverClosed.contains(element)
        {
            if let end = endOfElement(html, from: close + 1, hidden[element]) { return end }
            // A head that is never closed hides nothing: browsers show the body that follows it all the same.
            neverClosed.insert(element)
            return element == headIndex ? close + 1 : html.count
        }
        if name.equalsIgnoringCase("pre") { preformatted = max(0, preformatted + (isEnd ? -1 : 1)) }
        if blocks.contains(where: { name.equalsIgnoringCase($0) }) { out.append(0x0A) }
        return min(close + 1, html.count)
    }

    /// The index of the `>` that ends the tag, past quoted values; the end of the input where none comes.
    private static func tagEnd(_ html: UnsafeRawBufferPointer, from: Int) -> Int {
        var index = from
        var quote: UInt8 = 0
        while index < html.count {
            let byte = html[index]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: ">") {
                return index
            } else if byte == 0x22 || byte == 0x27, index > 0, html[index - 1] == UInt8(ascii: "=") {
                quote = byte
            }
            index += 1
        }
        // A quote that never closes would swallow everything: the first `>` will do.
        index = from
        while index < html.count, html[index] != UInt8(ascii: ">") { index += 1 }
        return index
    }

    /// The index past the element's end tag; `nil` where it has none.
    private static func endOfElement(_ html: UnsafeRawBufferPointer, from: Int, _ name: StaticString) -> Int? {
        var index = from
        while let at = find(html, from: index, "</") {
            let rest = UnsafeRawBufferPointer(rebasing: html[(at + 2)...])
            let length = name.utf8CodeUnitCount
            if rest.hasPrefixIgnoringCase(name), rest.count == length || !rest[length].isLetterOrDigit {
                return min(tagEnd(html, from: at + 2) + 1, html.count)
            }
            index = at + 2
        }
        return nil
    }

    private static func find(_ html: UnsafeRawBufferPointer, from: Int, _ text: StaticString) -> Int? {
        let length = text.utf8CodeUnitCount
        var index = from
        while index + length <= html.count {
            if html[index] == text.utf8Start[0],
                UnsafeRawBufferPointer(rebasing: html[index..<(index + length)]).equalsIgnoringCase(text)
            {
                return index
            }
            index += 1
        }
        return nil
    }

    private static let entities: [(StaticString, String)] = [
        ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("nbsp", "\u{A0}"), ("copy", "©"),
        ("reg", "®"), ("hellip", "…"), ("mdash", "—"), ("ndash", "–"), ("lsquo", "‘"), ("rsquo", "’"), ("ldquo", "“"),
        ("rdquo", "”"), ("laquo", "«"), ("raquo", "»"), ("euro", "€"), ("bull", "•"), ("middot", "·"), ("zwnj", ""),
        ("shy", ""), ("trade", "™"), ("auml", "ä"), ("ouml", "ö"), ("uuml", "ü"), ("szlig", "ß"), ("eacute", "é"),
    ]

    private static func decodeEntity(_ html: UnsafeRawBufferPointer, _ start: Int, _ out: inout [UInt8]) -> Int {
        var end = start + 1
        while end < html.count, end - start <= 10, html[end].isLetterOrDigit || html[end] == UInt8(ascii: "#") {
            end += 1
        }
        let name = UnsafeRawBufferPointer(rebasing: html[(start + 1)..<end])
        guard end < html.count, html[end] == UInt8(ascii: ";"), !name.isEmpty else {
            out.append(html[start])
            return start + 1
        }
        if name[0] == UInt8(ascii: "#") {
            let digits = String(decoding: name.dropFirst(), as: UTF8.self)
            let isHex = digits.first == "x" || digits.first == "X"
            let value = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            if let value, value > 0, let scalar = Unicode.Scalar(value) {
                out.append(contentsOf: String(Character(scalar)).utf8)
            }
            return end + 1
        }
        if let (_, text) = entities.first(where: { name.equalsIgnoringCase($0.0) }) {
            out.append(contentsOf: text.utf8)
            return end + 1
        }
        out.append(html[start])
        return start + 1
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (self | 0x20) &- 0x61 < 26 || self &- 0x30 < 10
    }
}
