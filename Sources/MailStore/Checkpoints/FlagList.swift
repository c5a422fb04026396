import MailModel

/// Flags as one text, separated by spaces, which no flag may hold (RFC 9051 §9): so they travel in one array with a
/// row's other values. Sorted and without `\Recent`, so that equal sets are equal texts; `\Deleted` in one spelling, so
/// that SQL finds it.
enum FlagList {
    static func text(_ flags: [Flag]) -> String {
        Set(flags).subtracting([.recent]).sorted().map { $0 == .deleted ? Flag.deleted.name : $0.name }
            .joined(separator: " ")
    }
}
