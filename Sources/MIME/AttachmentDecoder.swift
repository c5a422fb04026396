import CGMime
import Glibc

/// Undoes a part's transfer encoding, chunk by chunk, so that an attachment is served in bounded memory.
///
/// Feed it the bytes of ``ParsedAttachment/bodyRange`` in order, cut anywhere; a value, used by one task at a time.
package struct AttachmentDecoder {
    private let encoding: TransferEncoding
    private var state = GMimeEncoding()
    /// uuencoded content begins after a `begin` line; until that has come whole, bytes wait here.
    private var beforeBegin: [UInt8]? = nil

    package init(_ encoding: TransferEncoding) {
        self.encoding = encoding
        g_mime_encoding_init_decode(&state, encoding.gmime)
        if encoding == .uuencode { beforeBegin = [] }
    }

    /// The decoded bytes that this chunk completes.
    package mutating func decode(_ chunk: UnsafeRawBufferPointer) -> [UInt8] {
        switch encoding {
        case .identity: return [UInt8](chunk)
        case .base64, .quotedPrintable: return step(chunk, isLast: false)
        case .uuencode: return decodeUU(chunk)
        }
    }

    /// The bytes that the end completes; the decoder can't be used after it.
    package mutating func finish() -> [UInt8] {
        switch encoding {
        case .identity, .uuencode: return []
        case .base64, .quotedPrintable: return step(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
        }
    }

    private mutating func step(_ chunk: UnsafeRawBufferPointer, isLast: Bool) -> [UInt8] {
        if chunk.isEmpty, !isLast { return [] }
        let room = g_mime_encoding_outlen(&state, chunk.count) + 8
        return withUnsafeMutablePointer(to: &state) { state in
            [UInt8](unsafeUninitializedCapacity: room) { out, count in
                let target = UnsafeMutableRawPointer(out.baseAddress!).assumingMemoryBound(to: CChar.self)
                var none: CChar = 0
                let source = chunk.baseAddress?.assumingMemoryBound(to: CChar.self)
                count =
                    isLast
                    ? g_mime_encoding_flush(
                        state, source ?? UnsafePointer(withUnsafeMutablePointer(to: &none) { $0 }), chunk.count, target)
                    : g_mime_encoding_step(state, source, chunk.count, target)
            }
        }
    }

    private mutating func decodeUU(_ chunk: UnsafeRawBufferPointer) -> [UInt8] {
        guard var waiting = beforeBegin else { return step(chunk, isLast: false) }
        waiting.append(contentsOf: chunk)
        beforeBegin = waiting
        guard let start = Self.afterBeginLine(waiting) else {
            // Whatever stands before `begin` is small; a part without it decodes to nothing.
            if waiting.count > 64 << 10 { beforeBegin = waiting.suffix(1_024) }
            return []
        }
        beforeBegin = nil
        // GMime's own filter looks for the line and says so by this flag; its step function only heeds it.
        state.state |= GMIME_UUDECODE_STATE_BEGIN
        return waiting.withUnsafeBytes { step(UnsafeRawBufferPointer(rebasing: $0[start...]), isLast: false) }
    }

    private static func afterBeginLine(_ bytes: [UInt8]) -> Int? {
        var line = 0
        while line < bytes.count {
            guard let end = bytes[line...].firstIndex(of: 0x0A) else { return nil }
            if bytes[line..<end].starts(with: "begin ".utf8) { return end + 1 }
            line = end + 1
        }
        return nil
    }
}
