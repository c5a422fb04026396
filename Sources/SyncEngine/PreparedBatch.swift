import MailStore

/// Messages on their way to the store: those that were parsed, and those that nothing can parse.
struct PreparedBatch: Sendable {
    var messages: [NewMessage] = []
    var quarantined: [Checkpoint.Quarantined] = []

    var isEmpty: Bool { messages.isEmpty && quarantined.isEmpty }
}
