import Foundation

/// Where words go: results to standard output, all else to standard error.
enum Terminal {
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }
    static var outputIsInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    static func error(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes over the line that was written last, on a terminal.
    static func redraw(_ text: String) {
        FileHandle.standardError.write(Data(("\r\u{1B}[2K" + text).utf8))
    }

    /// A secret from a prompt that doesn't show what is typed.
    static func readSecret(prompt: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw SettingsError("there is no terminal to ask at; use --password-stdin or --password-file")
        }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        FileHandle.standardError.write(Data(prompt.utf8))
        let line = readLine(strippingNewline: true)
        Terminal.error("")
        guard let line, !line.isEmpty else { throw SettingsError("no password was typed") }
        return line
    }
}
