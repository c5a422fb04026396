/// A value that can be read from a column in PostgreSQL's binary form.
package protocol PostgresDecodable: Sendable {
    /// - Parameters:
    ///   - bytes: the binary form, valid only during the call.
    ///   - type: what the server says the column is.
    /// - Throws: ``DecodingFault``, which ``PostgresRow`` turns into an error that names the column.
    static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Self
}

/// Why a field is not the value that was asked for.
package enum DecodingFault: Error, Sendable, Hashable {
    /// The column's type is none that the Swift type reads.
    case wrongType
    /// The type is right and the bytes are not: too few, out of range, no UTF-8.
    case malformed
    /// NULL where a value was asked for.
    case null
}

extension UnsafeRawBufferPointer {
    /// The integer in network order that the bytes are: exactly, no byte less or more.
    func decodeInteger<Integer: FixedWidthInteger>(as type: Integer.Type) throws(DecodingFault) -> Integer {
        guard count == MemoryLayout<Integer>.size else { throw .malformed }
        return Integer(bigEndian: loadUnaligned(as: Integer.self))
    }
}
