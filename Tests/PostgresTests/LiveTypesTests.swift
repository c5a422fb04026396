import Foundation
import Postgres
import Testing

@Suite("Types against a server", .enabled(if: LiveDatabase.isOffered, LiveDatabase.skipReason))
struct LiveTypesTests {
    private static let columns = [
        "b boolean", "i2 smallint", "i4 integer", "i8 bigint", "f8 double precision", "t text", "by bytea", "u uuid",
        "ts timestamptz", "j jsonb", "i4s integer[]", "i8s bigint[]", "ts_ text[]", "us uuid[]", "bys bytea[]",
        "tss timestamptz[]",
    ]
    private static let id = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255))
    private static let time = PostgresTimestamp(epochMicroseconds: 1_700_000_000_123_456)

    @Test("every type comes back as it went, and as the server prints it", arguments: [false, true])
    func roundTrip(byCopy: Bool) async throws {
        try await LiveDatabase.with { pool in
            try await pool.script("CREATE TABLE t (\(Self.columns.joined(separator: ", ")))")
            try await pool.withSession { session in
                if byCopy {
                    var copy = CopyBuffer(
                        table: "t", columns: Self.columns.map { String($0.prefix { $0 != " " }) })
                    copy.row { row in
                        row.append(true)
                        row.append(Int16.min)
                        row.append(Int32.min)
                        row.append(Int64.min)
                        row.append(-0.5)
                        row.append("Grüße 📬")
                        row.append([0, 255, 10] as [UInt8])
                        row.append(Self.id)
                        row.append(Self.time)
                        row.append(PostgresJSON(text: #"{"a": [1, "ü"]}"#))
                        row.append(array: [Int32(1), nil, -3])
                        row.append(array: [Int64]())
                        row.append(array: ["a", nil, "NULL", ""])
                        row.append(array: [Self.id])
                        row.append(array: [[1, 0], []] as [[UInt8]])
                        row.append(array: [Self.time, .infinity])
                    }
                    #expect(try session.copyIn(copy) == 1)
                } else {
                    let places = Self.columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
                    let rows = try session.execute(
                        Statement(
                            "INSERT INTO t VALUES (\(places))", true, Int16.min, Int32.min, Int64.min, -0.5, "Grüße 📬",
                            [0, 255, 10] as [UInt8], Self.id, Self.time, PostgresJSON(text: #"{"a": [1, "ü"]}"#),
                            [Int32(1), nil, -3], [Int64](), ["a", nil, "NULL", ""], [Self.id],
                            [[1, 0], []] as [[UInt8]], [Self.time, .infinity]))
                    #expect(rows == 1)
                }
                let row = try session.query(Statement("SELECT * FROM t"))[0]
                #expect(try row.get(0, as: Bool.self))
                #expect(try row.get(1, as: Int16.self) == .min)
                #expect(try row.get(2, as: Int32.self) == .min)
                #expect(try row.get(3, as: Int64.self) == .min)
                #expect(try row.get(4, as: Double.self) == -0.5)
                #expect(try row.get(5, as: String.self) == "Grüße 📬")
                #expect(try row.get(6, as: [UInt8].self) == [0, 255, 10])
                #expect(row.bytes(6) { $0.map { Array($0) } } == [0, 255, 10])
                #expect(try row.get(7, as: UUID.self) == Self.id)
                #expect(try row.get(8, as: PostgresTimestamp.self) == Self.time)
                #expect(try row.get(9, as: PostgresJSON.self).text == #"{"a": [1, "ü"]}"#)
                #expect(try row.get(10, as: [Int32?].self) == [1, nil, -3])
                #expect(try row.get(11, as: [Int64].self) == [])
                #expect(try row.get(12, as: [String?].self) == ["a", nil, "NULL", ""])
                #expect(try row.get(13, as: [UUID].self) == [Self.id])
                #expect(try row.get(14, as: [[UInt8]].self) == [[1, 0], []])
                #expect(try row.get(15, as: [PostgresTimestamp].self) == [Self.time, .infinity])
                let printed = try session.query(
                    Statement("SELECT u::text, ts AT TIME ZONE 'UTC' = '2023-11-14 22:13:20.123456', by::text FROM t"))[
                        0]
                #expect(try printed.get(0, as: String.self) == "01020304-0506-0708-090a-0b0c0d0e0fff")
                #expect(try printed.get(1, as: Bool.self))
                #expect(try printed.get(2, as: String.self) == #"\x00ff0a"#)
            }
        }
    }

    @Test("NULL of every type goes and comes back as nil", arguments: [false, true])
    func nulls(byCopy: Bool) async throws {
        try await LiveDatabase.with { pool in
            try await pool.script("CREATE TABLE t (\(Self.columns.joined(separator: ", ")))")
            try await pool.withSession { session in
                if byCopy {
                    var copy = CopyBuffer(table: "t", columns: Self.columns.map { String($0.prefix { $0 != " " }) })
                    copy.row { row in
                        row.append(Bool?.none)
                        row.append(Int16?.none)
                        row.append(Int32?.none)
                        row.append(Int64?.none)
                        row.append(Double?.none)
                        row.append(String?.none)
                        row.append([UInt8]?.none)
                        row.append(UUID?.none)
                        row.append(PostgresTimestamp?.none)
                        row.append(PostgresJSON?.none)
                        row.append(array: [Int32]?.none)
                        for _ in 11..<Self.columns.count { row.appendNull() }
                    }
                    try session.copyIn(copy)
                } else {
                    let places = Self.columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
                    try session.execute(
                        Statement(
                            "INSERT INTO t VALUES (\(places))", nil, Int16?.none, Int32?.none, Int64?.none,
                            Double?.none,
                            String?.none, [UInt8]?.none, UUID?.none, PostgresTimestamp?.none, PostgresJSON?.none,
                            [Int32]?.none, nil, nil, nil, nil, nil))
                }
                let row = try session.query(Statement("SELECT * FROM t"))[0]
                for column in Self.columns.indices { #expect(row.isNull(column)) }
                #expect(try row.getOptional(5, as: String.self) == nil)
                let error = #expect(throws: PostgresError.self) { try row.get(5, as: String.self) }
                #expect(error?.kind == .decoding)
                #expect(error?.message.contains("column t is NULL") == true)
            }
        }
    }

    @Test("another type than the column's is refused by the column's name")
    func wrongType() async throws {
        try await LiveDatabase.with { pool in
            try await pool.withSession { session in
                let row = try session.query(Statement("SELECT 1.5::numeric AS price, 7::smallint, 'x'::text"))[0]
                let error = #expect(throws: PostgresError.self) { try row.get(0, as: Int64.self) }
                #expect(error?.message == "column price is numeric, which is not read as Int64")
                #expect(try row.get(1, as: Int64.self) == 7)
                #expect(throws: PostgresError.self) { try row.get(2, as: UUID.self) }
            }
        }
    }

    @Test("enums are read as text and written by a cast from it")
    func enums() async throws {
        try await LiveDatabase.with { pool in
            try await pool.script("CREATE TYPE mood AS ENUM ('calm', 'cross')")
            #expect(try await pool.value(Statement("SELECT $1::text::mood", "cross"), as: String.self) == "cross")
        }
    }

    @Test("a COPY of many megabytes arrives whole")
    func largeCopy() async throws {
        try await LiveDatabase.with { pool in
            try await pool.script("CREATE TABLE t (id bigint, body bytea)")
            let total: Int = try await pool.transaction { session in
                var copy = CopyBuffer(table: "t", columns: ["id", "body"])
                let body = [UInt8](repeating: 7, count: 25_000)
                for id in 0..<400 {
                    copy.row { row in
                        row.append(id)
                        row.append(body)
                    }
                }
                #expect(try session.copyIn(copy) == 400)
                return try session.query(Statement("SELECT sum(length(body))::bigint FROM t"))[0].get(0)
            }
            #expect(total == 10_000_000)
        }
    }
}
