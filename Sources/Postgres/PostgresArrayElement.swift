/// A value of which `[Value]` is a PostgreSQL value: an array of one dimension, or for bytes a `bytea`.
///
/// A type of one's own that is ``PostgresEncodable`` and ``PostgresDecodable`` only names its array type.
package protocol PostgresArrayElement: Sendable {
    /// The type of an array of such values.
    static var postgresArrayType: PostgresType { get }
    /// Appends the binary form of the whole array, without a length.
    static func encode(array: [Self], into bytes: inout [UInt8])
    /// - Throws: ``DecodingFault`` where the column is no such array, or holds a NULL that `Self` can't be.
    static func decode(array: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> [Self]
}

extension PostgresArrayElement where Self: PostgresEncodable {
    package static func encode(array: [Self], into bytes: inout [UInt8]) {
        bytes.appendBigEndian(Int32(array.isEmpty ? 0 : 1))
        bytes.appendBigEndian(Int32(array.contains(where: \.isNull) ? 1 : 0))
        bytes.appendBigEndian(postgresType.rawValue)
        guard !array.isEmpty else { return }
        bytes.appendBigEndian(Int32(array.count))
        bytes.appendBigEndian(Int32(1))
        for element in array { element.encodeField(into: &bytes) }
    }
}

extension PostgresArrayElement where Self: PostgresDecodable {
    package static func decode(array: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> [Self] {
        var reader = try ArrayReader(array)
        var elements: [Self] = []
        elements.reserveCapacity(reader.count)
        while let field = try reader.next() {
            guard let bytes = field.bytes else { throw .null }
            elements.append(try Self.decode(bytes, type: reader.elementType))
        }
        return elements
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }
    package func encode(into bytes: inout [UInt8]) { Element.encode(array: self, into: &bytes) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> [Element] {
        try Element.decode(array: bytes, type: type)
    }
}

extension Bool: PostgresArrayElement { package static var postgresArrayType: PostgresType { .boolArray } }
extension Int16: PostgresArrayElement { package static var postgresArrayType: PostgresType { .int2Array } }
extension Int32: PostgresArrayElement { package static var postgresArrayType: PostgresType { .int4Array } }
extension Int64: PostgresArrayElement { package static var postgresArrayType: PostgresType { .int8Array } }
extension Int: PostgresArrayElement { package static var postgresArrayType: PostgresType { .int8Array } }
extension Double: PostgresArrayElement { package static var postgresArrayType: PostgresType { .float8Array } }
extension String: PostgresArrayElement { package static var postgresArrayType: PostgresType { .textArray } }
extension PostgresTimestamp: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .timestamptzArray }
}
extension PostgresJSON: PostgresArrayElement { package static var postgresArrayType: PostgresType { .jsonbArray } }

extension UInt8: PostgresArrayElement {
    /// `[UInt8]` is a `bytea` and no array.
    package static var postgresArrayType: PostgresType { .bytea }
    package static func encode(array: [UInt8], into bytes: inout [UInt8]) { bytes.append(contentsOf: array) }
    package static func decode(array: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> [UInt8] {
        guard type == .bytea else { throw .wrongType }
        return [UInt8](array)
    }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    package static var postgresArrayType: PostgresType { .byteaArray }
}

extension Optional: PostgresArrayElement
where Wrapped: PostgresArrayElement & PostgresEncodable & PostgresDecodable {
    package static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }

    package static func decode(array: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> [Self] {
        var reader = try ArrayReader(array)
        var elements: [Self] = []
        elements.reserveCapacity(reader.count)
        while let field = try reader.next() {
            guard let bytes = field.bytes else {
                elements.append(nil)
                continue
            }
            elements.append(try Wrapped.decode(bytes, type: reader.elementType))
        }
        return elements
    }
}
