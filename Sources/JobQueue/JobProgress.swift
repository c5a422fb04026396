/// How far a running job is.
package struct JobProgress: Sendable, Hashable, Codable {
    /// Units done so far.
    package var done: Int64
    /// Units in all, as far as is known.
    package var total: Int64?
    /// What it is doing, in a few words without secrets.
    package var note: String

    package init(done: Int64, total: Int64? = nil, note: String = "") {
        self.done = done
        self.total = total
        self.note = note
    }
}

extension JobProgress {
    /// As Redis holds it: `done/total note`, with `?` for an unknown total.
    var text: String { "\(done)/\(total.map(String.init) ?? "?") \(note)" }

    init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: "/")
        guard numbers.count == 2, let done = Int64(numbers[0]) else { return nil }
        self.init(done: done, total: Int64(numbers[1]), note: parts.count > 1 ? String(parts[1]) : "")
    }
}
