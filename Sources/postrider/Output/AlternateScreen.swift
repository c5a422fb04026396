import Foundation

/// The terminal's second screen, which leaves what was on the first as it was.
struct AlternateScreen {
    /// Shows it and hides the cursor.
    static func enter() { write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J") }

    /// Gives the terminal back.
    static func leave() { write("\u{1B}[?25h\u{1B}[?1049l") }

    /// Draws over what is there, in one write, so that nothing flickers.
    static func draw(_ lines: [String]) {
        write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J")
    }

    private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
