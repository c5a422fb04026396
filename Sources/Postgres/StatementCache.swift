/// What one connection knows of its prepared statements: found by SQL text, the longest unused one given up first.
///
/// A value without I/O: ``plan(_:)`` says what to send, and the connection reports what the server did not do. What is
/// given up is owed a DEALLOCATE, which travels with a later pipeline, since this one may still use it.
struct StatementCache {
    /// A prepared statement of the server's.
    struct Entry: Hashable {
        /// Its name on the server, never used twice on a connection.
        let name: String
        let sql: String
        /// The types it was prepared with; unspecified ones the server inferred.
        let types: [PostgresType]

        /// Whether values of these types can be sent to it.
        fileprivate func accepts(_ slots: [Statement.Slot]) -> Bool {
            guard types.count == slots.count else { return false }
            return zip(types, slots).allSatisfy { $1.type == .unspecified || $0 == $1.type }
        }
    }

    /// What running a statement takes.
    enum Plan: Hashable {
        /// It is prepared, or will be by an earlier step of the same pipeline.
        case reuse(Entry)
        /// Prepare it first.
        case prepare(Entry)
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    /// When each was last asked for, by the clock of questions.
    private var lastUses: [String: UInt64] = [:]
    private var owed: [String] = []
    private var clock: UInt64 = 0

    /// - Parameter capacity: statements kept, at least 1.
    init(capacity: Int = 256) { self.capacity = max(1, capacity) }

    var count: Int { entries.count }

    /// Takes the statement into the books.
    mutating func plan(_ statement: Statement) -> Plan {
        clock += 1
        lastUses[statement.sql] = clock
        let known = entries[statement.sql]
        if let known, known.accepts(statement.slots) {
            return .reuse(known)
        }
        if let known {
            owed.append(known.name)
        } else if entries.count >= capacity, let oldest = entries.values.min(by: { lastUse($0) < lastUse($1) }) {
            remove(oldest)
            owed.append(oldest.name)
        }
        // Types known from before fill in for an untyped NULL, so that the statement settles after a few uses.
        let former = known?.types.count == statement.slots.count ? known?.types : nil
        let types = statement.slots.enumerated().map { index, slot in
            slot.type == .unspecified ? former?[index] ?? .unspecified : slot.type
        }
        let entry = Entry(name: "p\(clock)", sql: statement.sql, types: types)
        entries[statement.sql] = entry
        return .prepare(entry)
    }

    /// The server did not prepare it: an error, or an earlier step's.
    mutating func notPrepared(_ entry: Entry) {
        if entries[entry.sql] == entry { remove(entry) }
        owed.removeAll { $0 == entry.name }
    }

    /// The names to be deallocated by the pipeline that is being planned, before its statements are.
    mutating func takeOwed() -> [String] {
        defer { owed = [] }
        return owed
    }

    /// A DEALLOCATE that was not carried out.
    mutating func notDeallocated(_ name: String) { owed.append(name) }

    /// Forgets all.
    /// - Parameter serverKeeps: whether the server still has them, and they are to be deallocated.
    mutating func removeAll(serverKeeps: Bool) {
        owed = serverKeeps ? owed + entries.values.map(\.name) : []
        entries = [:]
        lastUses = [:]
    }

    private func lastUse(_ entry: Entry) -> UInt64 { lastUses[entry.sql] ?? 0 }

    private mutating func remove(_ entry: Entry) {
        entries[entry.sql] = nil
        lastUses[entry.sql] = nil
    }
}
