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
        var header = HeaderReader(limits: limits, options: options, charsets: charsets)
        header.read(source)
        var message = header.message
        let root = readStructure(source, header, &message)
        let bodies = BodyReader(source: source, limits: limits, charsets: charsets)
        bodies.fill(&message, from: root)
        return message
    }

    /// The message's tree; where it has none that can be read, its body as one plain text.
    private func readStructure(_ source: ByteSource, _ header: HeaderReader, _ message: inout ParsedMessage) -> MessagePart {
        let body = MessagePart.leaf(
            .init(path: "1", type: "text", subtype: "plain", charset: nil, encoding: .identity, range: header.bodyStart..<source.count))
        var length = source.count
        if header.isMultipart {
            let guarded = StructureGuard(source, limits: limits)
            length = guarded.safeLength
            if let mark = guarded.mark { message.marks.insert(mark) }
        }
        var offset = 0
        guard let stream = makeStream(source, header, length: length, offset: &offset) else { return body }
        defer {
            postrider_gmime_unref(stream)
            view.pointee.data = nil
            view.pointee.len = 0
        }
        g_mime_parser_init_with_stream(parser, stream)
        guard let object = g_mime_parser_construct_part(parser, options) else { return body }
        defer { postrider_gmime_unref(object) }
        var reader = StructureReader(
            limits: limits, options: options, charsets: charsets, offset: offset, length: length)
        let part = reader.read(object, path: "", depth: 0)
        message.marks.formUnion(reader.marks)
        guard let part else { return body }
        if case .multipart(let subtype, let children) = part {
            if subtype == "report" { message.autoSubmitted.insert(.report) }
            // A multipart that has no part is shown as the text that it is.
            if children.isEmpty, !message.marks.contains(.depthExceeded) { return body }
        }
        return part
    }

    /// The stream that GMime reads. Where the header passes its bound, GMime sees in its place only the two fields
    /// that say how to read the body; `offset` then leads from its positions to the message's.
    private func makeStream(
        _ source: ByteSource, _ header: HeaderReader, length: Int, offset: inout Int
    ) -> UnsafeMutablePointer<GMimeStream>? {
        let whole: UnsafeMutablePointer<GMimeStream>?
        switch source {
        case .memory(let bytes):
            view.pointee.data = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            view.pointee.len = guint(length)
            whole = g_mime_stream_mem_new()
            g_mime_stream_mem_set_byte_array(postrider_gmime_stream_mem(whole), view)
        case .file(let descriptor, _):
            whole = g_mime_stream_fs_new_with_bounds(descriptor, 0, gint64(length))
            g_mime_stream_fs_set_owner(postrider_gmime_stream_fs(whole), 0)
        }
        guard let whole else { return nil }
        guard header.message.marks.contains(.headersExceeded) else {
            g_mime_stream_seek(whole, gint64(header.message.headerRange.lowerBound), GMIME_STREAM_SEEK_SET)
            return whole
        }
        defer { postrider_gmime_unref(whole) }
        let fields = header.contentFields
        let joined = g_mime_stream_cat_new()
        let first = g_mime_stream_mem_new_with_buffer(fields, fields.utf8.count)
        let rest = g_mime_stream_substream(whole, gint64(header.bodyStart), gint64(length))
        g_mime_stream_cat_add_source(postrider_gmime_stream_cat(joined), first)
        g_mime_stream_cat_add_source(postrider_gmime_stream_cat(joined), rest)
        postrider_gmime_unref(first)
        postrider_gmime_unref(rest)
        offset = header.bodyStart - fields.utf8.count
        return joined
    }
}
