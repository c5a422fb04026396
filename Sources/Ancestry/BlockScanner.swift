import MailModel

/// Gathers the lines of a forwarded block, one line at a time.
///
/// ```
///          label                  blank, or a line that belongs to nothing
/// nothing ───────▶ gathering ──────────────────────────────────────────────▶ a block, or nothing again
///                  │  ▲ label, continuation, up to three blank lines while it isn't complete
///                  └──┘
/// ```
struct BlockScanner {
    private struct Entry {
        var value = ""
        var lines = 0
        /// Whether the value's last line was long enough to have been wrapped.
        var mayContinue = false
    }

    private var entries: [BlockField: Entry] = [:]
    private var last: BlockField?
    private var blanks = 0
    /// Lines with text since one that announced a forward.
    private var sinceAnnouncement: Int?
    private var isAnnounced = false
    /// Whether labels and values stand on lines of their own.
    private var isTabular = false

    /// Between the labels of one block, where a table's cells each became a line.
    private static let blanksWithin = 3
    /// Between the announcement and the first label.
    private static let reachOfAnnouncement = 4
    /// Programs wrap lines at 72 to 80 columns, at a word.
    private static let wrappedColumns = 56
    private static let linesOfValue = 4
    private static let linesOfRecipients = 200

    /// - Returns: a block that the line has brought to its end.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) -> ForwardedBlock? {
        if entries.isEmpty, !BlockLine.mayMatter(bytes) {
            if !bytes.allSatisfy({ $0 <= 0x20 }) { passText() }
            return nil
        }
        let line = BlockLine(bytes)
        if line.isEmpty { return takeBlank() }
        if let field = line.field {
            // A value that would have to be another block's.
            if field != .other, let held = entries[field], !held.value.isEmpty, let block = closeIfComplete() {
                return block
            }
            open(field, line.value)
            return nil
        }
        if continues(line) { return nil }
        let block = entries.isEmpty ? nil : closeIfComplete()
        if line.announcesForward { sinceAnnouncement = 0 } else { passText() }
        return block
    }

    /// A line of text lies between an announcement and what it announces.
    private mutating func passText() {
        guard let since = sinceAnnouncement else { return }
        sinceAnnouncement = since < Self.reachOfAnnouncement ? since + 1 : nil
    }

    /// The block that the end of the text has brought to its end.
    mutating func finish() -> ForwardedBlock? { closeIfComplete() }

    private mutating func takeBlank() -> ForwardedBlock? {
        guard !entries.isEmpty else { return nil }
        blanks += 1
        // Where the value may still come, on a line of its own, a blank line ends nothing; else it ends what is complete.
        if let last, entries[last]?.value.isEmpty == false || !awaitsValue(last), isComplete {
            return closeIfComplete()
        }
        return blanks > Self.blanksWithin ? closeIfComplete() : nil
    }

    private mutating func open(_ field: BlockField, _ value: String) {
        if entries.isEmpty {
            isAnnounced = sinceAnnouncement != nil
            sinceAnnouncement = nil
        } else if field != .other, let held = entries[field], !held.value.isEmpty {
            // Another block begins: what was gathered was none.
            entries.removeAll(keepingCapacity: true)
            isAnnounced = false
            isTabular = false
        }
        entries[field] = Entry(value: value, lines: 1, mayContinue: Self.isLong(value))
        last = field
        blanks = 0
    }

    /// Whether a line without a label goes on with the value above it.
    private mutating func continues(_ line: BlockLine) -> Bool {
        guard let last, var entry = entries[last], !line.announcesForward else { return false }
        let fits: Bool
        switch last {
        case _ where entry.value.isEmpty: fits = awaitsValue(last)
        case _ where blanks > 0: fits = false
        case .from: fits = line.text.contains("@") && !entry.value.contains("@") || entry.mayContinue
        // The source of HTML is wrapped anywhere: until there is a date, it isn't over.
        case .sent: fits = entry.mayContinue || BlockDate.read(entry.value).isEmpty
        case .subject: fits = entry.mayContinue
        case .to, .other:
            fits =
                entry.mayContinue || line.text.contains("@") || entry.value.hasSuffix(",")
                || entry.value.hasSuffix(";")
        }
        let room = last == .to || last == .other ? Self.linesOfRecipients : Self.linesOfValue
        guard fits, entry.lines < room else { return false }
        if entry.value.isEmpty {
            entry.value = line.text
            isTabular = true
        } else if last != .other {
            entry.value += " " + line.text
        }
        entry.lines += 1
        entry.mayContinue = Self.isLong(line.text)
        entries[last] = entry
        blanks = 0
        return true
    }

    /// Whether an empty value may follow on a later line. A subject may truly be empty, and what follows be the text.
    private func awaitsValue(_ field: BlockField) -> Bool { field != .subject || isTabular || !isComplete }

    private static func isLong(_ text: String) -> Bool { text.unicodeScalars.count >= wrappedColumns }

    private var isComplete: Bool {
        entries[.from]?.value.isEmpty == false && entries[.sent]?.value.isEmpty == false && entries[.subject] != nil
    }

    private mutating func closeIfComplete() -> ForwardedBlock? {
        defer {
            entries.removeAll(keepingCapacity: true)
            last = nil
            blanks = 0
            isTabular = false
        }
        guard isComplete, let from = entries[.from]?.value, let sent = entries[.sent]?.value,
            let subject = entries[.subject]?.value
        else { return nil }
        let sender = BlockSender(from)
        let sentAt = BlockDate.read(sent)
        guard !sender.isEmpty, !sentAt.isEmpty else { return nil }
        return ForwardedBlock(
            senderAddress: sender.address, senderName: sender.name, sentAt: sentAt, subject: subject,
            recipients: BlockSender.addresses(in: entries[.to]?.value ?? ""),
            introduction: isAnnounced ? .forwarded : .other)
    }
}
