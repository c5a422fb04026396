package import struct Foundation.UUID
package import typealias Foundation.uuid_t

extension Bool: PostgresDecodable {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Bool {
        guard type == .bool else { throw .wrongType }
        return try bytes.decodeInteger(as: UInt8.self) != 0
    }
}

extension Int16: PostgresDecodable {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Int16 {
        guard type == .int2 else { throw .wrongType }
        return try bytes.decodeInteger(as: Int16.self)
    }
}

extension Int32: PostgresDecodable {
    /// Reads `integer`, and `smallint` widened.
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Int32 {
        guard type == .int4 else { return Int32(try Int16.decode(bytes, type: type)) }
        return try bytes.decodeInteger(as: Int32.self)
    }
}

extension Int64: PostgresDecodable {
    /// Reads `bigint`, `integer` and `smallint` widened, `oid`, and `xid8`, whose top bit no server reaches.
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Int64 {
        switch type {
        case .int8, .xid8: try bytes.decodeInteger(as: Int64.self)
        case .oid: Int64(try bytes.decodeInteger(as: UInt32.self))
        default: Int64(try Int32.decode(bytes, type: type))
        }
    }
}

extension Int: PostgresDecodable {
    /// Reads what `Int64` reads.
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Int {
        Int(try Int64.decode(bytes, type: type))
    }
}

extension Double: PostgresDecodable {
    /// Reads `double precision`, and `real` widened.
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Double {
        switch type {
        case .float8: Double(bitPattern: try bytes.decodeInteger(as: UInt64.self))
        case .float4: Double(Float(bitPattern: try bytes.decodeInteger(as: UInt32.self)))
        default: throw .wrongType
        }
    }
}

extension String: PostgresDecodable {
    /// Reads the text types, enums and other types whose binary form is text, `json` and `jsonb`.
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> String {
        if type == .jsonb { return try PostgresJSON.decode(bytes, type: type).text }
        guard type.isTextual else { throw .wrongType }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return text
    }
}

extension UUID: PostgresDecodable {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> UUID {
        guard type == .uuid else { throw .wrongType }
        guard bytes.count == 16 else { throw .malformed }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension PostgresTimestamp: PostgresDecodable {
    /// Reads `timestamptz`, and `timestamp` taken as UTC.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer,
        type: PostgresType
    ) throws(DecodingFault) -> PostgresTimestamp {
        guard type == .timestamptz || type == .timestamp else { throw .wrongType }
        return PostgresTimestamp(wireValue: try bytes.decodeInteger(as: Int64.self))
    }
}

extension PostgresJSON: PostgresDecodable {
    /// Reads `jsonb` and `json`.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer,
        type: PostgresType
    ) throws(DecodingFault) -> PostgresJSON {
        switch type {
        case .jsonb:
            guard bytes.first == binaryVersion else { throw .malformed }
            let text = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
            return PostgresJSON(text: try String.decode(text, type: .text))
        case .json:
            return PostgresJSON(text: try String.decode(bytes, type: .text))
        default:
            throw .wrongType
        }
    }
}
