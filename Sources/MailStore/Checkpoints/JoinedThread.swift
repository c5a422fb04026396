import MailModel
import Postgres

/// A thread that is to be joined with another.
struct JoinedThread {
    let id: ThreadID
    /// Whether a person split or merged it.
    let isDecided: Bool
    let count: Int

    /// From (id, decided, message_count).
    init(_ row: PostgresRow) throws {
        id = try row.get(0)
        isDecided = try row.get(1)
        count = Int(try row.get(2, as: Int32.self))
    }
}
