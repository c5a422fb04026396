/// The database roles that the migrations make; each process works as the least of them that it needs.
enum DatabaseRole: String, Sendable {
    case worker = "postrider_worker"
    case scheduler = "postrider_scheduler"
    /// The command line: the operator's own hands.
    case `operator` = "postrider_operator"

    var word: String { String(rawValue.dropFirst("postrider_".count)) }
}
