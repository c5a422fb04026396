import CGMime
import Glibc
import MailModel

/// Reads GMime's tree of a message into ``MessagePart``s, within the limits.
struct StructureReader {
    let source: ByteSource
    /// How much of the message GMime saw: no range reaches beyond.
    let length: Int
    /// Added to GMime's offsets to give those of the raw message.
    let offset: Int
    let limits: ParseLimits
    let options: OpaquePointer?
    let charsets: CharsetDecoder
    private(set) var marks: Set<ParseMark> = []
    private var partCount = 0

    init(
        source: ByteSource, length: Int, offset: Int, limits: ParseLimits, options: OpaquePointer?,
        charsets: CharsetDecoder
    ) {
        self.source = source
        self.length = length
        self.offset = offset
        self.limits = limits
        self.options = options
        self.charsets = charsets
    }

    /// `nil` where nothing of the part can be used.
    mutating func read(_ object: UnsafeMutablePointer<GMimeObject>, path: String, depth: Int) -> MessagePart? {
        if postrider_gmime_is_multipart(object) != 0 { return readMultipart(object, path: path, depth: depth) }
        guard postrider_gmime_is_part(object) != 0 else { return nil }
        guard partCount < limits.parts else {
            marks.insert(.partsExceeded)
            return nil
        }
        partCount += 1
        return leaf(object, path: path.isEmpty ? "1" : path).map { .leaf($0) }
    }

    private mutating func readMultipart(
        _ object: UnsafeMutablePointer<GMimeObject>, path: String, depth: Int
    ) -> MessagePart? {
        guard depth < limits.depth else {
            marks.insert(.depthExceeded)
            return nil
        }
        let multipart = postrider_gmime_multipart(object)
        let subtype =
            Self.lowercased(g_mime_content_type_get_media_subtype(g_mime_object_get_content_type(object))) ?? "mixed"
        let count = g_mime_multipart_get_count(multipart)
        if count <= 0 { marks.insert(.brokenBoundary) }
        var children: [MessagePart] = []
        for index in 0..<max(count, 0) {
            if partCount >= limits.parts {
                marks.insert(.partsExceeded)
                break
            }
            guard let child = g_mime_multipart_get_part(multipart, index) else { continue }
            let childPath = path.isEmpty ? "\(index + 1)" : "\(path).\(index + 1)"
            guard var part = read(child, path: childPath, depth: depth + 1) else { continue }
            if index > 0, subtype == "related", case .leaf(var leaf) = part {
                leaf.isRelated = true
                part = .leaf(leaf)
            }
            children.append(part)
        }
        return .multipart(subtype: subtype, children: children)
    }

    private mutating func leaf(_ object: UnsafeMutablePointer<GMimeObject>, path: String) -> MessagePart.Leaf? {
        let part = postrider_gmime_part(object)
        guard let wrapper = g_mime_part_get_content(part), let stream = g_mime_data_wrapper_get_stream(wrapper) else {
            return nil
        }
        let low = min(max(Int(stream.pointee.bound_start) + offset, 0), length)
        let end = stream.pointee.bound_end
        let high = min(max(end < 0 ? length : Int(end) + offset, low), length)
        let type = g_mime_object_get_content_type(object)
        let disposition = g_mime_object_get_content_disposition(object)
        var leaf = MessagePart.Leaf(
            path: path,
            type: Self.lowercased(g_mime_content_type_get_media_type(type)) ?? "text",
            subtype: Self.lowercased(g_mime_content_type_get_media_subtype(type)) ?? "plain",
            charset: g_mime_content_type_get_parameter(type, "charset").map { String(cString: $0) },
            disposition: disposition.flatMap { Self.lowercased(g_mime_content_disposition_get_disposition($0)) },
            contentID: g_mime_object_get_content_id(object).map { String(cString: $0) },
            encoding: TransferEncoding(g_mime_part_get_content_encoding(part)),
            range: low..<contentEnd(low, high)
        )
        leaf.filename = filename(object)
        return leaf
    }

    /// The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1). GMime takes its length from the
    /// boundary's *own* line end, which is another one in mail with mixed line ends, and none at the end of a file.
    private func contentEnd(_ low: Int, _ high: Int) -> Int {
        guard high > low, high < length else { return high }
        return source.withBytes((high - 1)..<min(high + 3, length)) { bytes in
            guard bytes.count == 4 else { return high }
            if bytes[2] == 0x0A, bytes[3] == UInt8(ascii: "-") { return bytes[1] == 0x0D ? high : high + 1 }
            let isShort = bytes[0] == 0x0D && bytes[1] == 0x0A && bytes[2] == UInt8(ascii: "-")
            return isShort ? high - 1 : high
        }
    }

    /// The file's name: of Content-Disposition, else of Content-Type.
    private mutating func filename(_ object: UnsafeMutablePointer<GMimeObject>) -> String? {
        if let disposition = g_mime_object_get_content_disposition(object) {
            if let name = repaired(object, header: "Content-Disposition", parameter: "filename") {
                if let name = FileName.clean(name) { return name }
            } else if let name = g_mime_content_disposition_get_parameter(disposition, "filename"),
                let name = FileName.clean(String(cString: name))
            {
                return name
            }
        }
        if let name = repaired(object, header: "Content-Type", parameter: "name") { return FileName.clean(name) }
        return g_mime_content_type_get_parameter(g_mime_object_get_content_type(object), "name")
            .flatMap { FileName.clean(String(cString: $0)) }
    }

    /// A parameter whose header needs the repairs of ``EncodedWords`` or a charset's other name; `nil` where GMime's
    /// own reading will do.
    private mutating func repaired(
        _ object: UnsafeMutablePointer<GMimeObject>, header: String, parameter: String
    ) -> String? {
        guard let list = g_mime_object_get_header_list(object),
            let field = g_mime_header_list_get_header(list, header),
            let raw = g_mime_header_get_raw_value(field)
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: raw, count: strlen(raw))
        guard !EncodedWords.isPlain(bytes) || bytes.contains(UInt8(ascii: "*")) else { return nil }
        var words = EncodedWords(charsets: charsets)
        let value = ExtendedParameters.renamingCharsets(words.normalised(bytes))
        if words.repaired { marks.insert(.charsetRepaired) }
        if header == "Content-Type" {
            guard let type = g_mime_content_type_parse(options, value) else { return nil }
            defer { postrider_gmime_unref(type) }
            return g_mime_content_type_get_parameter(type, parameter).map { String(cString: $0) }
        }
        guard let disposition = g_mime_content_disposition_parse(options, value) else { return nil }
        defer { postrider_gmime_unref(disposition) }
        return g_mime_content_disposition_get_parameter(disposition, parameter).map { String(cString: $0) }
    }

    private static func lowercased(_ text: UnsafePointer<CChar>?) -> String? {
        guard let text, text.pointee != 0 else { return nil }
        return String(cString: text).lowercased()
    }
}
