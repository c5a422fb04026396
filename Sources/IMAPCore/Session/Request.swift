/// One command, or several of a kind that may be under way together (RFC 9051 §5.5).
package struct Request: Sendable {
    package let commands: [Command]
    /// How many of them may be under way at once.
    package let window: Int
    /// Whether no further command is sent once one is refused; those under way are awaited all the same.
    package let stopsAtRefusal: Bool

    package init(_ command: Command) {
        commands = [command]
        window = 1
        stopsAtRefusal = true
    }

    package init(_ commands: [Command], window: Int, stopsAtRefusal: Bool = false) {
        precondition(!commands.isEmpty && window > 0, "a request is at least one command")
        self.commands = commands
        self.window = window
        self.stopsAtRefusal = stopsAtRefusal
    }
}
