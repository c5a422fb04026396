import CGMime
import Glibc
import MailModel

/// Reads the message's own header fields into a ``ParsedMessage``, and where the body begins.
struct HeaderReader {
    private let limits: ParseLimits
    private let options: OpaquePointer?
    private var words: EncodedWords
    private(set) var message = ParsedMessage()
    private(set) var bodyStart = 0
    private(set) var isMultipart = false
    /// Where the first field that tells how to read the body begins; GMime need not see what stands before it, and
    /// makes an object of every field that it sees. `nil` where there is none: then the body is plain text.
    private(set) var contentStart: Int?
    private var contentHeader: [(name: StaticString, value: String)] = []
    private var dateValue: String?

    init(limits: ParseLimits, options: OpaquePointer?, charsets: CharsetDecoder) {
        self.limits = limits
        self.options = options
        words = EncodedWords(charsets: charsets)
    }

    /// The fields by which a body is read, as a header of its own.
    var contentFields: String {
        contentHeader.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
    }

    /// Reads at most the bound; a file first by 64 KiB, which hold nearly every header.
    mutating func read(_ source: ByteSource) {
        let bound = min(source.count, limits.headerBytes)
        var window = bound
        if case .file = source { window = min(bound, 64 << 10) }
        while true {
            let ended = source.withBytes(0..<window) { bytes -> Bool in
                if bytes.count < window { message.marks.insert(.unreadable) }
                return scan(bytes, isAll: window == source.count || bytes.count < window)
            }
            if ended { break }
            guard window < bound else {
                message.marks.insert(.headersExceeded)
                bodyStart = Self.afterBlankLine(source, from: message.headerRange.upperBound)
                break
            }
            window = bound
        }
        finish()
    }

    /// One pass over the fields; false where the header goes on beyond these bytes.
    private mutating func scan(_ bytes: UnsafeRawBufferPointer, isAll: Bool) -> Bool {
        var fresh = HeaderReader(limits: limits, options: options, charsets: words.charsets)
        fresh.message.marks = message.marks
        var scanner = HeaderScanner(bytes)
        var count = 0
        while let field = scanner.next() {
            count += 1
            if count > limits.headerCount {
                fresh.message.marks.insert(.headersExceeded)
                // The rest is only walked through, to find the body.
                while scanner.next() != nil {}
                break
            }
            fresh.take(field, in: bytes)
        }
        fresh.message.headerRange = scanner.start..<max(scanner.start, scanner.end)
        fresh.bodyStart = scanner.bodyStart ?? bytes.count
        if count == 0 {
            // Text without a header is all body.
            fresh.message.marks.insert(.noHeaders)
            fresh.bodyStart = scanner.start
        }
        if fresh.message.headerRange.count > 0,
            memchr(bytes.baseAddress! + scanner.start, 0, fresh.message.headerRange.count) != nil
        {
            fresh.message.marks.insert(.nulBytes)
        }
        self = fresh
        return scanner.bodyStart != nil || isAll
    }

    private mutating func take(_ field: HeaderScanner.Field, in bytes: UnsafeRawBufferPointer) {
        guard let name = HeaderName(field.name) else { return }
        let value = field.value
        switch name {
        case .messageID:
            if message.messageID == nil { message.messageID = MessageIDScanner.first(in: value) }
        case .inReplyTo: message.inReplyTo += MessageIDScanner.ids(in: value)
        case .references: message.references += MessageIDScanner.ids(in: value)
        case .forwardedMessageID: message.forwardedMessageIDs += MessageIDScanner.ids(in: value)
        case .threadIndex:
            if message.threadIndexRoot == nil { message.threadIndexRoot = ThreadIndex.root(of: value) }
        case .from: message.from += addresses(value)
        case .sender: message.sender += addresses(value)
        case .replyTo: message.replyTo += addresses(value)
        case .to: message.to += addresses(value)
        case .cc: message.cc += addresses(value)
        case .bcc: message.bcc += addresses(value)
        case .subject:
            if message.subject == nil { message.subject = words.text(value) }
        case .date:
            if dateValue == nil { dateValue = words.text(value) }
        case .listID:
            message.autoSubmitted.insert(.mailingList)
            if message.listID == nil { message.listID = listID(value) }
        case .listUnsubscribe:
            if message.listUnsubscribe == nil { message.listUnsubscribe = words.text(value) }
        case .autoSubmitted, .precedence, .autoResponseSuppress, .returnPath: takeMark(name, value.trimmed)
        case .contentType:
            takeContent("Content-Type", field, in: bytes)
            // Of several the last counts, as with GMime; one multipart among them is enough to be careful.
            if value.trimmed.hasPrefixIgnoringCase("multipart") { isMultipart = true }
        case .contentTransferEncoding: takeContent("Content-Transfer-Encoding", field, in: bytes)
        case .contentDisposition: takeContent("Content-Disposition", field, in: bytes)
        case .contentID: takeContent("Content-ID", field, in: bytes)
        }
    }

    private mutating func takeContent(
        _ name: StaticString, _ field: HeaderScanner.Field, in bytes: UnsafeRawBufferPointer
    ) {
        guard let here = field.name.baseAddress, let start = bytes.baseAddress else { return }
        if contentStart == nil { contentStart = here - start }
        // More than a few are a flood, and a header of our own need not repeat it.
        if contentHeader.count < 16 { contentHeader.append((name, EncodedWords.unfolded(field.value.trimmed))) }
    }

    private mutating func takeMark(_ name: HeaderName, _ value: UnsafeRawBufferPointer) {
        switch name {
        case .autoSubmitted:
            if value.hasPrefixIgnoringCase("auto-replied") {
                message.autoSubmitted.insert(.replied)
            } else if !value.isEmpty, !value.equalsIgnoringCase("no") {
                message.autoSubmitted.insert(.generated)
            }
        case .precedence:
            if value.equalsIgnoringCase("bulk") { message.autoSubmitted.insert(.precedenceBulk) }
            if value.equalsIgnoringCase("list") { message.autoSubmitted.insert(.precedenceList) }
            if value.equalsIgnoringCase("junk") { message.autoSubmitted.insert(.precedenceJunk) }
        case .autoResponseSuppress:
            if !value.isEmpty, !value.equalsIgnoringCase("none") { message.autoSubmitted.insert(.responseSuppressed) }
        case .returnPath:
            if value.equalsIgnoringCase("<>") { message.autoSubmitted.insert(.nullReturnPath) }
        case .from, .sender, .replyTo, .to, .cc, .bcc, .messageID, .inReplyTo, .references, .forwardedMessageID,
            .threadIndex, .subject, .date, .listID, .listUnsubscribe, .contentType, .contentTransferEncoding,
            .contentDisposition, .contentID:
            break
        }
    }

    private mutating func addresses(_ value: UnsafeRawBufferPointer) -> [EmailAddress] {
        let text = words.normalised(value)
        return text.isEmpty ? [] : AddressList.parse(text, options: options)
    }

    /// What stands in the last angle brackets; else the whole value.
    private mutating func listID(_ value: UnsafeRawBufferPointer) -> String? {
        let text = words.text(value)
        if let open = text.lastIndex(of: "<"), let close = text[open...].firstIndex(of: ">") {
            let id = text[text.index(after: open)..<close]
            return id.isEmpty ? nil : String(id)
        }
        return text.isEmpty ? nil : text
    }

    private mutating func finish() {
        if let dateValue, !dateValue.isEmpty { message.date = HeaderDate.parse(dateValue) }
        if words.repaired { message.marks.insert(.charsetRepaired) }
        if words.hadNUL { message.marks.insert(.nulBytes) }
    }

    /// Where the body begins behind a header that was not read to its end.
    private static func afterBlankLine(_ source: ByteSource, from start: Int) -> Int {
        var found = source.count
        source.scan { window, offset, _ in
            let base = window.baseAddress!
            var index = max(0, start - offset)
            while index + 2 < window.count, let hit = memchr(base + index, 0x0A, window.count - index) {
                let at = UnsafeRawPointer(hit) - base
                guard at + 2 < window.count else { break }
                if window[at + 1] == 0x0A {
                    found = offset + at + 2
                    return nil
                }
                if window[at + 1] == 0x0D, window[at + 2] == 0x0A {
                    found = offset + at + 3
                    return nil
                }
                index = at + 1
            }
            return 2
        }
        return found
    }
}
