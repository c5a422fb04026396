/// A value that can be a parameter of a ``Statement`` or a field of a ``CopyBuffer``, in PostgreSQL's binary form.
package protocol PostgresEncodable: Sendable {
    /// The type that the server is told the value has.
    static var postgresType: PostgresType { get }

    /// Whether the value stands for NULL. Only an optional does.
    var isNull: Bool { get }

    /// Appends the value's binary form, without a length. Never called where ``isNull`` is true.
    func encode(into bytes: inout [UInt8])
}

extension PostgresEncodable {
    package var isNull: Bool { false }

    /// Appends the value as both the protocol's parameters in arrays and COPY have it: four bytes of length (-1 for
    /// NULL), then the binary form.
    func encodeField(into bytes: inout [UInt8]) {
        if isNull {
            bytes.appendBigEndian(Int32(-1))
        } else {
            bytes.appendField { encode(into: &$0) }
        }
    }
}

extension [UInt8] {
    /// Appends an integer in network order.
    @inline(__always)
    mutating func appendBigEndian<Integer: FixedWidthInteger>(_ value: Integer) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Overwrites four bytes with an integer in network order.
    @inline(__always)
    mutating func writeBigEndian(_ value: Int32, at position: Int) {
        withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: position, as: Int32.self) }
    }

    /// Appends what `body` appends, with its length in four bytes before it.
    @inline(__always)
    mutating func appendField(_ body: (inout [UInt8]) -> Void) {
        let start = count
        appendBigEndian(Int32(0))
        body(&self)
        writeBigEndian(Int32(count - start - 4), at: start)
    }
}
