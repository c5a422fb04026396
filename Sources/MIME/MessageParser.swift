import CGMime
import Glibc

// Module MIME: raw bytes of a message → what storage, threads, search and the surfaces need of it.
//
//     bytes or file ─► HeaderScanner ─► fields (EncodedWords, CharsetDecoder; GMime for addresses and dates)
//           │
//           └─► StructureGuard ─► GMime's parser ─► StructureReader ─► MessagePart tree
//                                                                         │
//                          text, HTML, snippet ◄── BodySelection ◄────────┘──► attachments: path and byte range
//
// GMime finds the structure, parameters, addresses and dates and undoes transfer encodings; what it reads by a
// charset's mere name is normalised to UTF-8 before it sees it. Nothing here does I/O but `pread` on a file given to
// it, knows a clock, or throws: a message is what it is, and ``ParseMark``s say what was wrong with it.

/// Parses messages, one after another. Not `Sendable`: one for each thread, since it keeps its GMime parser, iconv
/// converters and buffers. It never throws and never traps on input; a call takes time linear in the message's size.
package final class MessageParser {
    package let limits: ParseLimits
    private let parser: UnsafeMutablePointer<GMimeParser>
    private let options: OpaquePointer
    /// A view of the caller's memory: its `data` is set for one parse only, and GLib never frees it.
    private let view: UnsafeMutablePointer<GByteArray>
    private let charsets = CharsetDecoder()

    package init(limits: ParseLimits = .default) {
        _ = GMimeLibrary.ready
        self.limits = limits
        parser = g_mime_parser_new()
        options = g_mime_parser_options_new()
        g_mime_parser_options_set_allow_addresses_without_domain(options, 1)
        view = g_byte_array_new()
        g_mime_parser_set_persist_stream(parser, 1)
    }

    deinit {
        postrider_gmime_unref(parser)
        g_mime_parser_options_free(options)
        g_byte_array_unref(view)
    }

    /// Parses a message in memory; the bytes are neither copied whole nor kept.
    package func parse(_ bytes: UnsafeRawBufferPointer) -> ParsedMessage {
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            var empty = ParsedMessage()
            empty.marks = [.noHeaders]
            return empty
        }
        if memchr(base, 0x0A, bytes.count) == nil, memchr(base, 0x0D, bytes.count) != nil {
            // Line ends of a Mac before OS X: read as LF, offset for offset.
            let mended = bytes.map { $0 == 0x0D ? 0x0A : $0 }
            return mended.withUnsafeBytes { mended in
                var message = parse(.memory(mended))
                message.marks.insert(.bareCarriageReturns)
                return message
            }
        }
        return parse(.memory(bytes))
    }

    /// Parses a message in a file from its first byte, by offset: the memory needed is that of its text and of its
    /// structure, not of its attachments.
    ///
    /// - Parameters:
    ///   - fileDescriptor: open for reading and seekable; its position is moved; it stays open.
    ///   - length: bytes of the message.
    package func parse(fileDescriptor: Int32, length: Int) -> ParsedMessage {
        guard length > 0 else { return parse(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return parse(.file(descriptor: fileDescriptor, length: length))
    }

    private func parse(_ source: ByteSource) -> ParsedMessage {
        var (message, root) = structure(of: source)
        let bodies = BodyReader(source: source, limits: limits, charsets: charsets)
        bodies.fill(&message, from: root)
        return message
    }

    /// The header's part of the result, and the message's tree.
    func structure(of source: ByteSource) -> (ParsedMessage, MessagePart) {
        var header = HeaderReader(limits: limits, options: options, charsets: charsets)
        header.read(source)
        var message = header.message
        let root = readStructure(source, header, &message)
        return (message, root)
    }

    /// The message's tree; where it has none that can be read, its body as one plain text.
    private func readStructure(_ source: ByteSource, _ header: HeaderReader, _ message: inout ParsedMessage)
        -> MessagePart
    {
        let body = MessagePart.leaf(
            .init(
                path: "1", type: "text", subtype: "plain", encoding: .identity, range: header.bodyStart..<source.count))
        guard !message.marks.contains(.noHeaders), header.contentStart != nil else { return body }
        // Of a message of one part GMime needs no more than the header: its content is what is left.
        var length = min(header.bodyStart, source.count)
        if header.isMultipart {
            let guarded = StructureGuard(source, limits: limits)
            length = guarded.safeLength
            if let mark = guarded.mark { message.marks.insert(mark) }
        }
        let stands = message.marks.contains(.headersExceeded) ? header.contentFields : nil
        var part = construct(source, header, length: length, replacingHeader: stands, &message.marks)
        if case .multipart(let subtype, let children)? = part {
            if subtype == "report" { message.autoSubmitted.insert(.report) }
            if children.isEmpty, !message.marks.contains(.depthExceeded) {
                // What is in the header isn't the body's boundary: the body's own is tried once.
                let head = header.bodyStart..<min(length, header.bodyStart + BoundaryGuess.reach)
                guard let boundary = source.withBytes(head, BoundaryGuess.boundary(in:)) else { return body }
                let fields = "Content-Type: multipart/\(subtype); boundary=\"\(boundary)\"\r\n\r\n"
                part = construct(source, header, length: length, replacingHeader: fields, &message.marks)
            }
        }
        if case .multipart(_, let children)? = part, children.isEmpty, !message.marks.contains(.depthExceeded) {
            return body
        }
        if case .leaf(var leaf)? = part {
            // A message of one part: where its header ends is for our scanner to say, since the fields are from there.
            leaf.range = header.bodyStart..<source.count
            return .leaf(leaf)
        }
        return part ?? body
    }

    /// Runs GMime's parser over the message, or over its body behind other header fields.
    private func construct(
        _ source: ByteSource, _ header: HeaderReader, length: Int, replacingHeader fields: String?,
        _ marks: inout Set<ParseMark>
    ) -> MessagePart? {
        guard let fields else {
            return read(source, of: source, from: header.contentStart ?? 0, length: length, offset: 0, &marks)
        }
        let start = header.bodyStart - fields.utf8.count
        switch source {
        case .memory(let bytes):
            // Rare enough to be worth a copy.
            let mended = Array(fields.utf8) + bytes[min(header.bodyStart, length)..<length]
            return mended.withUnsafeBytes { mended in
                read(.memory(mended), of: source, from: 0, length: mended.count, offset: start, &marks)
            }
        case .file(let descriptor, _):
            // The file may be large: a private mapping takes the fields in place of the header's end, and its other
            // pages stay the file's own.
            guard start >= 0, let mapping = PrivateMapping(descriptor: descriptor, length: length) else { return nil }
            mapping.replace(at: start, with: fields)
            return read(.memory(mapping.bytes), of: source, from: start, length: mapping.bytes.count, offset: 0, &marks)
        }
    }

    /// - Parameters:
    ///   - seen: what GMime reads.
    ///   - source: the raw message.
    ///   - offset: what leads from positions in `seen` to those in `source`.
    private func read(
        _ seen: ByteSource, of source: ByteSource, from start: Int, length: Int, offset: Int,
        _ marks: inout Set<ParseMark>
    ) -> MessagePart? {
        guard let stream = makeStream(seen, length: length) else { return nil }
        defer {
            postrider_gmime_unref(stream)
            view.pointee.data = nil
            view.pointee.len = 0
        }
        g_mime_stream_seek(stream, gint64(start), GMIME_STREAM_SEEK_SET)
        g_mime_parser_init_with_stream(parser, stream)
        guard let object = g_mime_parser_construct_part(parser, options) else { return nil }
        defer { postrider_gmime_unref(object) }
        var reader = StructureReader(
            source: source, length: length + offset, offset: offset, limits: limits, options: options,
            charsets: charsets)
        defer { marks.formUnion(reader.marks) }
        return reader.read(object, path: "", depth: 0)
    }

    private func makeStream(_ source: ByteSource, length: Int) -> UnsafeMutablePointer<GMimeStream>? {
        switch source {
        case .memory(let bytes):
            view.pointee.data = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            view.pointee.len = guint(length)
            guard let stream = g_mime_stream_mem_new() else { return nil }
            g_mime_stream_mem_set_byte_array(postrider_gmime_stream_mem(stream), view)
            return stream
        case .file(let descriptor, _):
            guard let stream = g_mime_stream_fs_new_with_bounds(descriptor, 0, gint64(length)) else { return nil }
            g_mime_stream_fs_set_owner(postrider_gmime_stream_fs(stream), 0)
            return stream
        }
    }
}
