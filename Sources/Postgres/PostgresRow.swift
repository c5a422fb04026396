/// One row of a ``PostgresRows``, which it keeps alive.
package struct PostgresRow: Sendable {
    let rows: PostgresRows
    let index: Int

    /// A column that can't be NULL.
    /// - Parameter column: from 0.
    /// - Throws: ``PostgresError`` of kind `decoding`, naming the column, for NULL, another type, or malformed bytes.
    package func get<Value: PostgresDecodable>(
        _ column: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let value = try getOptional(column, as: type) else { throw error(.null, column, type) }
        return value
    }

    /// A column that may be NULL, which is nil.
    /// - Parameter column: from 0.
    /// - Throws: ``PostgresError`` of kind `decoding`, naming the column, for another type, or malformed bytes.
    package func getOptional<Value: PostgresDecodable>(
        _ column: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        precondition(column >= 0 && column < rows.columnCount, "column \(column) of \(rows.columnCount)")
        guard let bytes = rows.field(row: index, column: column) else { return nil }
        do throws(DecodingFault) {
            return try Value.decode(bytes, type: rows.type(ofColumn: column))
        } catch {
            throw self.error(error, column, type)
        }
    }

    /// Whether a column is NULL.
    package func isNull(_ column: Int) -> Bool { rows.field(row: index, column: column) == nil }

    /// A column's bytes in place, whatever its type, without a copy.
    /// - Parameters:
    ///   - column: from 0.
    ///   - body: gets the bytes, or nil for NULL; they are valid only during the call.
    package func bytes<Value, Failure: Error>(
        _ column: Int,
        _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        precondition(column >= 0 && column < rows.columnCount, "column \(column) of \(rows.columnCount)")
        return try withExtendedLifetime(rows) { () throws(Failure) in
            try body(rows.field(row: index, column: column))
        }
    }

    private func error(_ fault: DecodingFault, _ column: Int, _ type: Any.Type) -> PostgresError {
        let name = rows.name(ofColumn: column)
        let message =
            switch fault {
            case .null: "column \(name) is NULL, or holds one, where \(type) was asked for"
            case .wrongType: "column \(name) is \(rows.type(ofColumn: column)), which is not read as \(type)"
            case .malformed: "column \(name) holds bytes that are no \(type)"
            }
        return PostgresError(kind: .decoding, message: message, activity: "reading row \(index)")
    }
}
