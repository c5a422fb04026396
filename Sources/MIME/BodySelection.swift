/// Which parts are the message's own text, and which are attachments: the algorithm of RFC 8621 §4.1.4, which reads
/// the structures that mail programs make as their users see them.
struct BodySelection {
    /// Leaves to be shown to who reads plain text; an HTML part stands here where it has no plain sibling.
    private(set) var text: [MessagePart.Leaf] = []
    /// Leaves to be shown to who reads HTML; a plain part stands here where it has no HTML sibling.
    private(set) var html: [MessagePart.Leaf] = []

    init(_ root: MessagePart) {
        visit([root], multipart: "mixed", inAlternative: false, toText: true, toHTML: true)
    }

    private mutating func visit(
        _ parts: [MessagePart], multipart: String, inAlternative: Bool, toText: Bool, toHTML: Bool
    ) {
        var toText = toText
        var toHTML = toHTML
        let textBefore = text.count
        let htmlBefore = html.count
        for (index, part) in parts.enumerated() {
            switch part {
            case .multipart(let subtype, let children):
                visit(
                    children, multipart: subtype, inAlternative: inAlternative || subtype == "alternative",
                    toText: toText,
                    toHTML: toHTML)
            case .leaf(let leaf):
                guard Self.isInline(leaf, index: index, multipart: multipart) else { continue }
                if multipart == "alternative" {
                    if leaf.isPlainText, toText { text.append(leaf) }
                    if leaf.isHTML, toHTML { html.append(leaf) }
                    continue
                }
                if inAlternative {
                    // Within one alternative, the part decides which side the rest of this multipart is for.
                    if leaf.isPlainText { toHTML = false }
                    if leaf.isHTML { toText = false }
                }
                if toText { text.append(leaf) }
                if toHTML { html.append(leaf) }
            }
        }
        if multipart == "alternative", toText, toHTML {
            if text.count == textBefore, html.count != htmlBefore { text += html[htmlBefore...] }
            if html.count == htmlBefore, text.count != textBefore { html += text[textBefore...] }
        }
    }

    private static func isInline(_ leaf: MessagePart.Leaf, index: Int, multipart: String) -> Bool {
        guard leaf.disposition != "attachment", leaf.isPlainText || leaf.isHTML || leaf.isInlineMedia else {
            return false
        }
        return index == 0 || (multipart != "related" && (leaf.isInlineMedia || leaf.filename == nil))
    }
}
