package import struct Foundation.UUID

/// Appends the fields of one row of a ``CopyBuffer``, each in its type's binary form.
///
/// COPY converts nothing: the Swift type must be exactly the column's. `Int32` is for `integer`, `Int64` for `bigint`,
/// `Int16` for `smallint`, and a column of `varchar` or an enum takes text.
package struct CopyRow: ~Copyable {
    var bytes: [UInt8] = []
    private(set) var fieldCount = 0

    init() {}

    /// NULL.
    package mutating func appendNull() {
        bytes.appendBigEndian(Int32(-1))
        fieldCount += 1
    }

    /// `boolean`; nil is NULL.
    package mutating func append(_ value: Bool?) {
        guard let value else { return appendNull() }
        bytes.appendBigEndian(Int32(1))
        bytes.append(value ? 1 : 0)
        fieldCount += 1
    }

    /// `smallint`; nil is NULL.
    package mutating func append(_ value: Int16?) {
        guard let value else { return appendNull() }
        appendFixed(value)
    }

    /// `integer`; nil is NULL.
    package mutating func append(_ value: Int32?) {
        guard let value else { return appendNull() }
        appendFixed(value)
    }

    /// `bigint`; nil is NULL.
    package mutating func append(_ value: Int64?) {
        guard let value else { return appendNull() }
        appendFixed(value)
    }

    /// `bigint`; nil is NULL.
    package mutating func append(_ value: Int?) {
        guard let value else { return appendNull() }
        appendFixed(Int64(value))
    }

    /// `double precision`; nil is NULL.
    package mutating func append(_ value: Double?) {
        guard let value else { return appendNull() }
        appendFixed(value.bitPattern)
    }

    /// `uuid`; nil is NULL.
    package mutating func append(_ value: UUID?) {
        guard let value else { return appendNull() }
        bytes.appendBigEndian(Int32(16))
        withUnsafeBytes(of: value.uuid) { bytes.append(contentsOf: $0) }
        fieldCount += 1
    }

    /// `timestamptz`; nil is NULL.
    package mutating func append(_ value: PostgresTimestamp?) {
        guard let value else { return appendNull() }
        appendFixed(value.wireValue)
    }

    /// `text` and what is stored as text; nil is NULL.
    package mutating func append(_ value: String?) {
        guard var value else { return appendNull() }
        value.withUTF8 { append(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// `text` from its UTF-8, which the server validates.
    package mutating func append(utf8 text: UnsafeRawBufferPointer) {
        assert(!text.contains(0), "text holds no NUL")
        append(bytes: text)
    }

    /// `bytea`; nil is NULL.
    package mutating func append(_ value: [UInt8]?) {
        guard let value else { return appendNull() }
        value.withUnsafeBytes { append(bytes: $0) }
    }

    /// `bytea`, copied once.
    package mutating func append(bytes value: UnsafeRawBufferPointer) {
        bytes.appendBigEndian(Int32(value.count))
        bytes.append(contentsOf: value.assumingMemoryBound(to: UInt8.self))
        fieldCount += 1
    }

    /// `jsonb`; nil is NULL.
    package mutating func append(_ value: PostgresJSON?) {
        guard let value else { return appendNull() }
        var text = value.text
        text.withUTF8 { append(jsonb: UnsafeRawBufferPointer($0)) }
    }

    /// `jsonb` from the UTF-8 of its text.
    package mutating func append(jsonb text: UnsafeRawBufferPointer) {
        bytes.appendBigEndian(Int32(text.count + 1))
        bytes.append(PostgresJSON.binaryVersion)
        bytes.append(contentsOf: text.assumingMemoryBound(to: UInt8.self))
        fieldCount += 1
    }

    /// Any other encodable value, arrays among them. Slower than the appenders above, which it must not be used for.
    package mutating func append<Value: PostgresEncodable>(encoding value: Value) {
        value.encodeField(into: &bytes)
        fieldCount += 1
    }

    /// `text[]`, `uuid[]`, `bigint[]`…; nil is NULL.
    package mutating func append<Element: PostgresArrayElement & PostgresEncodable>(array value: [Element]?) {
        guard let value else { return appendNull() }
        append(encoding: value)
    }

    private mutating func appendFixed<Integer: FixedWidthInteger>(_ value: Integer) {
        bytes.appendBigEndian(Int32(MemoryLayout<Integer>.size))
        bytes.appendBigEndian(value)
        fieldCount += 1
    }
}
