/// A node of a message's structure, in Swift values, so that what follows needs no GMime object.
indirect enum MessagePart {
    case leaf(Leaf)
    /// `subtype` in lower case.
    case multipart(subtype: String, children: [MessagePart])

    struct Leaf {
        var path: String
        var type: String
        var subtype: String
        var charset: String?
        var disposition: String?
        var filename: String?
        var contentID: String?
        var encoding: TransferEncoding
        var range: Range<Int>
        /// Whether the part stands directly in a multipart/related, but not first.
        var isRelated = false

        var contentType: String { "\(type)/\(subtype)" }
        var isPlainText: Bool { type == "text" && subtype == "plain" }
        var isHTML: Bool { type == "text" && subtype == "html" }
        var isInlineMedia: Bool { type == "image" || type == "audio" || type == "video" }
    }

    /// The leaves below, in order.
    var leaves: [Leaf] {
        var out: [Leaf] = []
        collect(into: &out)
        return out
    }

    private func collect(into out: inout [Leaf]) {
        switch self {
        case .leaf(let leaf): out.append(leaf)
        case .multipart(_, let children): for child in children { child.collect(into: &out) }
        }
    }
}
