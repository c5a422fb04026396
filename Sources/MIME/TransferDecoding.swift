import CGMime

/// Transfer decoding by GMime's own step functions, over bytes in memory.
enum TransferDecoding {
    static func decode(_ bytes: UnsafeRawBufferPointer, _ encoding: TransferEncoding) -> [UInt8] {
        guard let base = bytes.baseAddress else { return [] }
        guard encoding != .identity else { return [UInt8](bytes) }
        if encoding == .uuencode {
            var decoder = AttachmentDecoder(encoding)
            return decoder.decode(bytes) + decoder.finish()
        }
        var state = GMimeEncoding()
        g_mime_encoding_init_decode(&state, encoding.gmime)
        let room = g_mime_encoding_outlen(&state, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: room) { out, count in
            count = g_mime_encoding_flush(
                &state, base.assumingMemoryBound(to: CChar.self), bytes.count,
                UnsafeMutableRawPointer(out.baseAddress!).assumingMemoryBound(to: CChar.self))
        }
    }
}

extension TransferEncoding {
    var gmime: GMimeContentEncoding {
        switch self {
        case .identity: GMIME_CONTENT_ENCODING_BINARY
        case .base64: GMIME_CONTENT_ENCODING_BASE64
        case .quotedPrintable: GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
        case .uuencode: GMIME_CONTENT_ENCODING_UUENCODE
        }
    }

    init(_ encoding: GMimeContentEncoding) {
        switch encoding {
        case GMIME_CONTENT_ENCODING_BASE64: self = .base64
        case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE: self = .quotedPrintable
        case GMIME_CONTENT_ENCODING_UUENCODE: self = .uuencode
        default: self = .identity
        }
    }
}

/// Base64 of a few bytes of header text.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var word: UInt32 = 0
        var held = 0
        for byte in bytes {
            word = word << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                out.append(digits[Int(word >> UInt32(held) & 0x3F)])
            }
        }
        if held > 0 { out.append(digits[Int(word << UInt32(6 - held) & 0x3F)]) }
        while out.count % 4 != 0 { out.append(UInt8(ascii: "=")) }
        return String(decoding: out, as: UTF8.self)
    }
}
