/// Rows on their way into a table by binary COPY, encoded straight into one run of bytes.
///
/// It may be filled in one place and sent from another (``PostgresSession/copyIn(_:)``). Text must hold no NUL, which
/// the server refuses with the whole COPY: clean it first (``Swift/String/withoutNUL``); debug builds trap.
package struct CopyBuffer: Sendable {
    /// Signature, flags and length of an extension: what every binary COPY begins with.
    private static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [0, 0, 0, 0] + [0, 0, 0, 0]
    /// A field count of -1 ends the data.
    static let trailer: [UInt8] = [0xFF, 0xFF]

    /// The statement that opens the COPY.
    let sql: String
    private let columnCount: Int
    /// Header and rows.
    private(set) var bytes: [UInt8]
    /// Rows so far.
    package private(set) var rowCount = 0

    /// - Parameters:
    ///   - table: unquoted; it is quoted here.
    ///   - schema: unquoted; nil leaves it to the search path.
    ///   - columns: unquoted, in the order in which rows append them.
    ///   - capacity: bytes to make room for at once.
    package init(table: String, schema: String? = nil, columns: [String], capacity: Int = 0) {
        let target = (schema.map { Self.quoted($0) + "." } ?? "") + Self.quoted(table)
        let list = columns.map(Self.quoted).joined(separator: ", ")
        sql = "COPY \(target) (\(list)) FROM STDIN (FORMAT binary)"
        columnCount = columns.count
        bytes = []
        bytes.reserveCapacity(max(capacity, Self.header.count))
        bytes.append(contentsOf: Self.header)
    }

    /// Bytes of the rows so far, as they will be sent.
    package var byteCount: Int { bytes.count - Self.header.count }
    package var isEmpty: Bool { rowCount == 0 }

    /// Adds one row, or none where `body` throws.
    /// - Parameter body: appends one field for each column, in their order; another number of fields traps.
    package mutating func row<Failure: Error>(_ body: (inout CopyRow) throws(Failure) -> Void) throws(Failure) {
        let start = bytes.count
        bytes.appendBigEndian(Int16(columnCount))
        // The array moves into the row and back, so that it is never shared and never copied.
        var row = CopyRow()
        swap(&bytes, &row.bytes)
        do throws(Failure) {
            try body(&row)
        } catch {
            swap(&bytes, &row.bytes)
            bytes.removeLast(bytes.count - start)
            throw error
        }
        swap(&bytes, &row.bytes)
        precondition(row.fieldCount == columnCount, "\(row.fieldCount) fields for \(columnCount) columns")
        rowCount += 1
    }

    /// Empties it for the next batch.
    package mutating func removeAll(keepingCapacity: Bool = true) {
        if keepingCapacity {
            bytes.removeLast(byteCount)
        } else {
            bytes = Self.header
        }
        rowCount = 0
    }

    /// An identifier as SQL quotes it.
    private static func quoted(_ identifier: String) -> String {
        precondition(!identifier.utf8.contains(0), "an identifier holds no NUL")
        return "\"" + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }
}
