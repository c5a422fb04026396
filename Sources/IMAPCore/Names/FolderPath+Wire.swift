package import MailModel

extension FolderPath {
    /// A folder as a server names it.
    ///
    /// Each level is decoded by itself: as modified UTF-7, else as UTF-8, else octet by octet as Latin-1; control
    /// characters are shown as `·` (mail-exactness 14). Only ``raw`` is ever sent back.
    ///
    /// - Parameter delimiter: the octet between levels; `nil` in a flat hierarchy.
    package init(raw: [UInt8], delimiter: UInt8?) {
        let levels = delimiter.map { raw.split(separator: $0, omittingEmptySubsequences: false) } ?? [raw[...]]
        var display = levels.map { Self.show($0) }.joined(separator: "/")
        if display.uppercased() == "INBOX" { display = "INBOX" }
        self.init(raw: raw, display: display)
    }

    /// A folder as people name it, `/` between the levels, for a server with this delimiter.
    ///
    /// - Returns: `nil` for names that no folder can have: empty ones, those with control characters, and those with
    ///   the server's delimiter inside a level.
    package init?(display: String, delimiter: UInt8?) {
        guard !display.isEmpty, !display.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return nil
        }
        var raw: [UInt8] = []
        for (index, level) in display.split(separator: "/", omittingEmptySubsequences: false).enumerated() {
            if index > 0 {
                guard let delimiter else { return nil }
                raw.append(delimiter)
            }
            let encoded = ModifiedUTF7.encode(String(level).replacing("\u{2215}", with: "/"))
            if let delimiter, encoded.contains(delimiter) { return nil }
            raw.append(contentsOf: encoded)
        }
        self.init(raw: raw, display: display)
    }

    /// Whether this is the one folder whose name has no case (RFC 9051 §5.1).
    package var isInbox: Bool { display == "INBOX" }

    private static func show(_ level: ArraySlice<UInt8>) -> String {
        let text =
            ModifiedUTF7.decode(level) ?? String(validating: level, as: UTF8.self)
            ?? String(String.UnicodeScalarView(level.map { Unicode.Scalar($0) }))
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x2F: out.append("\u{2215}")
            case 0x00...0x1F, 0x7F...0x9F: out.append("·")
            default: out.append(scalar)
            }
        }
        return String(out)
    }
}
