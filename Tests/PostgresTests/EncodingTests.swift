import Foundation
import Testing

@testable import Postgres

@Suite("Values in binary")
struct EncodingTests {
    private func encoded(_ value: some PostgresEncodable) -> [UInt8] {
        var bytes: [UInt8] = []
        value.encodeField(into: &bytes)
        return bytes
    }

    @Test("integers travel in network order behind their length")
    func integers() {
        #expect(encoded(Int16(-2)) == [0, 0, 0, 2, 0xFF, 0xFE])
        #expect(encoded(Int32(258)) == [0, 0, 0, 4, 0, 0, 1, 2])
        #expect(encoded(Int64(1)) == [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test("nil travels as length -1 and nothing else")
    func null() {
        #expect(encoded(String?.none) == [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(encoded([Int64]?.none) == [0xFF, 0xFF, 0xFF, 0xFF])
    }

    @Test("an array names its element's type, its count and its NULLs")
    func arrays() {
        #expect(
            encoded([Int32(7), nil]) == [
                0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 23, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 7,
                0xFF, 0xFF, 0xFF, 0xFF,
            ])
        #expect(encoded([String]()) == [0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
    }

    @Test("a malformed array is refused and never read past its end", arguments: 0..<36)
    func truncatedArrays(length: Int) {
        let whole = Array(encoded([Int32(7), 8]).dropFirst(4).prefix(length))
        let result = whole.withUnsafeBytes { bytes in
            Result { () throws(DecodingFault) in try [Int32].decode(bytes, type: .int4Array) }
        }
        #expect((try? result.get()) == (length >= 36 ? [7, 8] : nil))
    }

    @Test(
        "a timestamp counts from 2000 on the wire and from 1970 in the program",
        arguments: [
            (0, -946_684_800_000_000), (946_684_800_000_000, 0), (-1, -946_684_800_000_001),
            (Int64.max, .max), (.min, .min),
        ] as [(Int64, Int64)])
    func timestamps(epoch: Int64, wire: Int64) {
        let timestamp = PostgresTimestamp(epochMicroseconds: epoch)
        #expect(timestamp.wireValue == wire)
        #expect(PostgresTimestamp(wireValue: wire) == timestamp)
    }

    @Test("a timestamp's seconds round down, also before 1970")
    func seconds() {
        #expect(PostgresTimestamp(epochMicroseconds: -1).epochSeconds == -1)
        #expect(PostgresTimestamp(epochMicroseconds: 1_999_999).epochSeconds == 1)
        #expect(PostgresTimestamp(epochSeconds: 1.5).epochMicroseconds == 1_500_000)
        #expect(PostgresTimestamp(epochSeconds: Int64.max) == .infinity)
    }

    @Test("text without NUL stays as it is, and NUL is taken out")
    func withoutNUL() {
        #expect("a\0b\0".withoutNUL == "ab")
        #expect("Grüße".withoutNUL == "Grüße")
    }
}

@Suite("CopyBuffer")
struct CopyBufferTests {
    private func buffer() -> CopyBuffer { CopyBuffer(table: "te\"st", schema: "mail", columns: ["id", "Body"]) }

    @Test("names are quoted")
    func quoting() {
        #expect(buffer().sql == #"COPY "mail"."te""st" ("id", "Body") FROM STDIN (FORMAT binary)"#)
    }

    @Test("a row is its field count and its fields; counts leave the header out")
    func row() {
        var copy = buffer()
        #expect(copy.isEmpty && copy.byteCount == 0)
        copy.row { row in
            row.append(Int32(5))
            row.append([1, 2] as [UInt8])
        }
        #expect(copy.rowCount == 1)
        #expect(copy.bytes.suffix(copy.byteCount) == [0, 2, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 2, 1, 2])
    }

    @Test("a row that throws leaves nothing behind")
    func throwing() {
        var copy = buffer()
        #expect(throws: Missing.self) {
            try copy.row { row in
                row.append("half")
                throw Missing()
            }
        }
        #expect(copy.isEmpty && copy.byteCount == 0)
    }

    @Test("emptied, it begins anew with its header", arguments: [true, false])
    func removeAll(keepingCapacity: Bool) {
        var copy = buffer()
        let header = copy.bytes
        copy.row { row in
            row.appendNull()
            row.appendNull()
        }
        copy.removeAll(keepingCapacity: keepingCapacity)
        #expect(copy.isEmpty && copy.bytes == header)
    }
}
