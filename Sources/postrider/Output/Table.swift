/// A table whose columns line up, also with characters that take two columns on a terminal.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) { self.headings = headings }

    mutating func row(_ cells: String...) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    /// The lines, with the headings first; the last column is not padded.
    var lines: [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - Self.width(cell))
            }.joined(separator: "  ")
        }
    }

    func print() { lines.forEach { Swift.print($0) } }

    /// Columns that a text takes on a terminal: East Asian wide characters and emoji take two.
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { width, scalar in
            if scalar.properties.generalCategory == .nonspacingMark || scalar.value == 0x200D || scalar.value == 0xFE0F
            {
                return width
            }
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
                0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
                0x1F900...0x1F9FF, 0x20000...0x3FFFD:
                return width + 2
            default:
                return width + 1
            }
        }
    }

    /// A text cut to so many columns, with an ellipsis where something is left out.
    static func cut(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        var out = ""
        for character in text {
            if width(out) + width(String(character)) > columns - 1 { break }
            out.append(character)
        }
        return out + "…"
    }
}
