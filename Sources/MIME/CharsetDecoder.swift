import CGMime
import Glibc

/// Turns bytes of any charset into valid UTF-8 without NUL, and says when that took a repair.
///
/// One for each thread: it keeps iconv's converters open, which is what opening costs most of.
final class CharsetDecoder {
    /// What a decoding gave, and whether the bytes were as their charset's name says.
    struct Result {
        var text: String
        var repaired = false
        var unknown = false
        var hadNUL = false
    }

    private var converters: [String: iconv_t?] = [:]
    private var scratch: [UInt8] = []
    /// Names are taken from mail: without a bound, mail could fill the table.
    private static let converterLimit = 64

    init() {}

    deinit { closeAll() }

    private func closeAll() {
        for case let converter? in converters.values { iconv_close(converter) }
        converters.removeAll()
    }

    /// Decodes by a charset's name as it stood in a header; `nil` where none was named.
    ///
    /// - Parameter truncated: the bytes were cut at their end, so that a broken last character is no fault.
    func decode(_ bytes: UnsafeRawBufferPointer, charset: Charset, truncated: Bool = false) -> Result {
        guard !bytes.isEmpty else { return Result(text: "") }
        let hasNUL = memchr(bytes.baseAddress!, 0, bytes.count) != nil
        guard charset.isASCIICompatible else { return decodeByConverter(bytes, charset, hasNUL: false) }
        if hasNUL {
            let cleaned = bytes.filter { $0 != 0 }
            return cleaned.withUnsafeBytes { rest in
                var result = decode(rest, charset: charset, truncated: truncated)
                result.hadNUL = true
                return result
            }
        }
        switch charset {
        case .utf8:
            return decodeUTF8(bytes, truncated: truncated)
        case .ascii:
            if let text = utf8(bytes) { return Result(text: text) }
            return decodeGuessed(bytes, unknown: false)
        case .unknown:
            if bytes.isASCII, let text = utf8(bytes) { return Result(text: text) }
            return decodeGuessed(bytes, unknown: true)
        case .windows1252:
            // Programs that label everything Latin-1 often send UTF-8: multi-byte UTF-8 is never Latin-1 by chance.
            if let text = utf8(bytes) { return Result(text: text, repaired: !bytes.isASCII) }
            return Result(text: Windows1252.decode(bytes))
        case .iconv:
            if bytes.isASCII, !bytes.contains(0x1B), let text = utf8(bytes) { return Result(text: text) }
            return decodeByConverter(bytes, charset, hasNUL: false)
        }
    }

    private func utf8(_ bytes: UnsafeRawBufferPointer) -> String? {
        String(validating: bytes, as: UTF8.self)
    }

    private func decodeUTF8(_ bytes: UnsafeRawBufferPointer, truncated: Bool) -> Result {
        if let text = utf8(bytes) { return Result(text: text) }
        if truncated {
            let whole = UnsafeRawBufferPointer(rebasing: bytes[0..<bytes.utf8LengthOfWholeScalars])
            if let text = utf8(whole) { return Result(text: text) }
        }
        // A few broken bytes in what is otherwise UTF-8 stay broken; what is no UTF-8 at all has another charset.
        let census = UTF8Census(bytes)
        if census.multibyte > 0, census.multibyte >= census.invalid {
            return Result(text: String(decoding: bytes, as: UTF8.self), repaired: true)
        }
        return decodeGuessed(bytes, unknown: false)
    }

    private func decodeGuessed(_ bytes: UnsafeRawBufferPointer, unknown: Bool) -> Result {
        if let text = utf8(bytes) { return Result(text: text, repaired: true, unknown: unknown) }
        let census = UTF8Census(bytes)
        if census.multibyte > census.invalid {
            return Result(text: String(decoding: bytes, as: UTF8.self), repaired: true, unknown: unknown)
        }
        if KoreanCensus(bytes).isPlausible, let text = convert(bytes, from: "CP949", strict: true) {
            return Result(text: text, repaired: true, unknown: unknown)
        }
        return Result(text: Windows1252.decode(bytes), repaired: true, unknown: unknown)
    }

    private func decodeByConverter(_ bytes: UnsafeRawBufferPointer, _ charset: Charset, hasNUL: Bool) -> Result {
        guard case .iconv(let name) = charset else { return decodeGuessed(bytes, unknown: true) }
        if let text = convert(bytes, from: name, strict: true) { return cleaned(Result(text: text)) }
        guard converter(name) != nil else { return cleaned(decodeGuessed(bytes, unknown: true)) }
        // Mislabelled UTF-8 is common; a lossy reading by the name is the last resort.
        if charset.isASCIICompatible, let text = utf8(bytes) { return cleaned(Result(text: text, repaired: true)) }
        let lossy = convert(bytes, from: name, strict: false) ?? Windows1252.decode(bytes)
        return cleaned(Result(text: lossy, repaired: true))
    }

    /// A NUL may come out of a converter too (UTF-16).
    private func cleaned(_ result: Result) -> Result {
        var out = result
        let hasNUL = out.text.withUTF8 { !$0.isEmpty && memchr($0.baseAddress!, 0, $0.count) != nil }
        guard hasNUL else { return out }
        out.text = String(decoding: out.text.utf8.filter { $0 != 0 }, as: UTF8.self)
        out.hadNUL = true
        return out
    }

    private func converter(_ name: String) -> iconv_t? {
        if let known = converters[name] { return known }
        if converters.count >= Self.converterLimit { closeAll() }
        var opened: iconv_t? = iconv_open("UTF-8", name)
        if postrider_iconv_failed(opened) != 0 {
            // GMime knows more of the names that are seen in mail.
            opened = g_mime_charset_iconv_name(name).flatMap { iconv_open("UTF-8", $0) }
            if postrider_iconv_failed(opened) != 0 { opened = nil }
        }
        converters[name] = .some(opened)
        return opened
    }

    /// Converts with iconv. Strictly: `nil` at the first byte that doesn't belong. Otherwise that byte becomes U+FFFD.
    private func convert(_ bytes: UnsafeRawBufferPointer, from name: String, strict: Bool) -> String? {
        guard let converter = converter(name) else { return nil }
        iconv(converter, nil, nil, nil, nil)
        var output = 0
        let needed = bytes.count * 2 + 64
        if scratch.count < needed { scratch = [UInt8](repeating: 0, count: needed) }
        var inputPointer: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(
            mutating: bytes.baseAddress!.assumingMemoryBound(to: CChar.self))
        var inputLeft = bytes.count
        while inputLeft > 0 {
            let room = scratch.count - output
            let (status, left, code) = scratch.withUnsafeMutableBytes { buffer -> (Int, Int, Int32) in
                var out: UnsafeMutablePointer<CChar>? = buffer.baseAddress!.assumingMemoryBound(to: CChar.self) + output
                var outLeft = room
                let status = iconv(converter, &inputPointer, &inputLeft, &out, &outLeft)
                return (status == Int(bitPattern: UInt.max) ? -1 : 0, outLeft, errno)
            }
            output += room - left
            if status >= 0 { break }
            if code == E2BIG {
                scratch.append(contentsOf: repeatElement(0, count: scratch.count + 64))
                continue
            }
            if strict { return nil }
            // EILSEQ, or EINVAL at the end: one byte is given up, and reading begins anew after it.
            if scratch.count - output < 3 { scratch.append(contentsOf: repeatElement(0, count: 64)) }
            scratch[output] = 0xEF
            scratch[output + 1] = 0xBF
            scratch[output + 2] = 0xBD
            output += 3
            inputPointer = inputPointer.map { $0 + 1 }
            inputLeft -= 1
        }
        let text = scratch.withUnsafeBytes { String(decoding: $0[0..<output], as: UTF8.self) }
        if scratch.count > 1 << 20 { scratch = [] }
        return text
    }
}
