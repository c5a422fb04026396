import ArgumentParser
import Foundation

extension Terminal {
    /// Lets a person at a terminal think again before something that can't be undone.
    ///
    /// - Parameter isAgreed: by a flag; then nobody is asked.
    /// - Throws: a usage error where there is nobody to ask, and `ExitCode` 1 where the answer isn't yes.
    static func confirm(_ question: String, isAgreed: Bool) throws {
        if isAgreed { return }
        guard isatty(STDIN_FILENO) == 1, isInteractive else {
            throw ValidationError("\(question) There is no terminal to ask at: give --yes.")
        }
        FileHandle.standardError.write(Data("\(question) [y/N] ".utf8))
        guard let answer = readLine()?.lowercased(), ["y", "yes"].contains(answer) else {
            error("nothing was done")
            throw ExitCode(1)
        }
    }

    /// Columns and lines of the terminal that results go to; 80 by 24 where it doesn't say.
    static var size: (columns: Int, lines: Int) {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(window.ws_col), Int(window.ws_row))
    }

    /// Shows how far a long deed is, on a terminal alone.
    static func progress(_ text: String) {
        if isInteractive { redraw(text) }
    }

    /// Ends a line of progress.
    static func endProgress() {
        if isInteractive { redraw("") }
    }
}
