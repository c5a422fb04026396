/// What a transaction sees of those that commit beside it (PostgreSQL documentation, 13.2).
package enum Isolation: Sendable, Hashable {
    /// Each statement sees what was committed before it began.
    case readCommitted
    /// All statements see one snapshot; a concurrent change of the same row fails with kind `serialization`.
    case repeatableRead
    /// As if one ran after the other; conflicts fail with kind `serialization`.
    case serializable
    /// One snapshot, no writes.
    case readOnlySnapshot

    /// The statement that begins such a transaction.
    var begin: String {
        switch self {
        case .readCommitted: "BEGIN"
        case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
        case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
        case .readOnlySnapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        }
    }
}
