/// Walks the fields of a binary array: dimensions, a flag for NULLs, the element's type, count and lower bound of each
/// dimension, then the fields. Only arrays of no or one dimension are read.
struct ArrayReader {
    /// One field: nil bytes are a NULL.
    struct Field {
        let bytes: UnsafeRawBufferPointer?
    }

    let elementType: PostgresType
    let count: Int
    private var rest: UnsafeRawBufferPointer
    private var remaining: Int

    init(_ bytes: UnsafeRawBufferPointer) throws(DecodingFault) {
        guard bytes.count >= 12 else { throw .wrongType }
        let dimensions = bytes.bigEndianInt32(at: 0)
        elementType = PostgresType(rawValue: UInt32(bitPattern: bytes.bigEndianInt32(at: 8)))
        switch dimensions {
        case 0:
            count = 0
            rest = UnsafeRawBufferPointer(rebasing: bytes[12...])
        case 1:
            guard bytes.count >= 20 else { throw .malformed }
            count = Int(bytes.bigEndianInt32(at: 12))
            rest = UnsafeRawBufferPointer(rebasing: bytes[20...])
            // A field takes four bytes at least, so that a wrong count can't reserve the memory of a wrong billion.
            guard count >= 0, count <= rest.count / 4 else { throw .malformed }
        default:
            throw .wrongType
        }
        remaining = count
    }

    /// The next field, or nil after the last.
    mutating func next() throws(DecodingFault) -> Field? {
        guard remaining > 0 else { return nil }
        remaining -= 1
        guard rest.count >= 4 else { throw .malformed }
        let length = Int(rest.bigEndianInt32(at: 0))
        guard length >= 0 else {
            rest = UnsafeRawBufferPointer(rebasing: rest[4...])
            return Field(bytes: nil)
        }
        guard rest.count >= 4 + length else { throw .malformed }
        let bytes = UnsafeRawBufferPointer(rebasing: rest[4..<(4 + length)])
        rest = UnsafeRawBufferPointer(rebasing: rest[(4 + length)...])
        return Field(bytes: bytes)
    }
}

extension UnsafeRawBufferPointer {
    /// The four bytes at an offset, in network order. The caller has checked the bounds.
    fileprivate func bigEndianInt32(at offset: Int) -> Int32 {
        Int32(bigEndian: loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }
}
