/// A statement and its parameters, encoded once and sent in binary with their types.
///
/// The SQL text is a constant of the program: values travel as `$1`, `$2`… and never inside the text, which is also
/// what a connection's prepared statements are found by. A `String` for an enum column needs a cast in the SQL
/// (`$1::text::kind`), since the server is told that it is text.
package struct Statement: Sendable {
    /// Where one parameter lies in ``bytes``; `length` -1 is NULL.
    struct Slot: Sendable {
        let type: PostgresType
        let offset: Int
        let length: Int32
    }

    /// The text, one statement.
    package let sql: String
    private(set) var bytes: [UInt8] = []
    private(set) var slots: [Slot] = []

    /// - Parameter parameters: `$1`, `$2`… in order. A bare `nil` is a NULL whose type the server infers.
    package init(_ sql: String, _ parameters: (any PostgresEncodable)?...) {
        self.sql = sql
        slots.reserveCapacity(parameters.count)
        for parameter in parameters {
            if let parameter { append(parameter) } else { appendUntypedNull() }
        }
    }

    /// Adds the next parameter. A nil keeps its type.
    package mutating func bind<Value: PostgresEncodable>(_ value: Value) { append(value) }

    private mutating func append(_ value: any PostgresEncodable) {
        let offset = bytes.count
        let type = Swift.type(of: value).postgresType
        guard !value.isNull else {
            slots.append(Slot(type: type, offset: offset, length: -1))
            return
        }
        value.encode(into: &bytes)
        slots.append(Slot(type: type, offset: offset, length: Int32(bytes.count - offset)))
    }

    private mutating func appendUntypedNull() {
        slots.append(Slot(type: .unspecified, offset: bytes.count, length: -1))
    }
}
