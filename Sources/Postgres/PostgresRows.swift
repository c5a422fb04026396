internal import CLibPQ

/// The rows that a statement answered with, as libpq received them: nothing is decoded before it is asked for.
///
/// It owns the result and frees it with itself. It may leave the session and outlive the connection.
///
/// `@unchecked Sendable`: libpq never writes to a result once it handed it out, and the functions that read one take
/// no state of its connection, so that any number of threads may read it.
package final class PostgresRows: @unchecked Sendable {
    private let result: OpaquePointer
    /// The number of rows.
    package let count: Int
    /// The number of columns.
    package let columnCount: Int

    /// - Parameter result: a result of libpq's, owned from here on.
    init(owning result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
    }

    deinit { PQclear(result) }

    package var isEmpty: Bool { count == 0 }

    /// The first row, or nil where there is none.
    package var first: PostgresRow? { isEmpty ? nil : self[0] }

    /// How many rows the statement inserted, changed, deleted or selected; 0 for other statements.
    package var affected: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// The command that the server says it carried out: `INSERT 0 1`, `COMMIT`.
    var commandTag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    /// - Parameter index: from 0 to ``count``, or it traps.
    package subscript(index: Int) -> PostgresRow {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return PostgresRow(rows: self, index: index)
    }

    /// The position of a column by its name in the result, for where positions would be unclear.
    /// - Throws: ``PostgresError`` of kind `decoding` where there is none.
    package func column(named name: String) throws(PostgresError) -> Int {
        for column in 0..<columnCount where self.name(ofColumn: column) == name { return column }
        throw PostgresError(kind: .decoding, message: "the result has no column \(name)", activity: "reading a result")
    }

    func name(ofColumn column: Int) -> String {
        PQfname(result, Int32(column)).map { String(cString: $0) } ?? "\(column)"
    }

    func type(ofColumn column: Int) -> PostgresType { PostgresType(rawValue: PQftype(result, Int32(column))) }

    /// A field's bytes, valid as long as this object; nil for NULL. The caller has checked the position.
    func field(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        let length = Int(PQgetlength(result, row, column))
        return UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length)
    }
}

extension PostgresRows: Sequence {
    package func makeIterator() -> AnyIterator<PostgresRow> {
        var next = 0
        return AnyIterator {
            guard next < self.count else { return nil }
            defer { next += 1 }
            return self[next]
        }
    }

    package var underestimatedCount: Int { count }
}
