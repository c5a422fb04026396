import Foundation
package import MailModel
package import Postgres

// How the model's values travel to PostgreSQL and back.

extension Identifier: PostgresEncodable {
    package static var postgresType: PostgresType { .uuid }
    package func encode(into bytes: inout [UInt8]) { uuid.encode(into: &bytes) }
}

extension Identifier: PostgresDecodable {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(DecodingFault) -> Self {
        Self(try .decode(bytes, type: type))
    }
}

extension CopyRow {
    mutating func append<Subject>(_ id: Identifier<Subject>) { append(id.uuid) }
}

extension EpochSeconds {
    /// As timestamptz.
    var timestamp: PostgresTimestamp { PostgresTimestamp(epochSeconds: rawValue) }

    /// From timestamptz, a fraction cut off.
    init(_ timestamp: PostgresTimestamp) { self.init(timestamp.epochSeconds) }
}

extension PostgresRow {
    /// A text column whose value is one of an enumeration's.
    ///
    /// - Throws: ``StoreError/unreadable(_:)`` for a value that this program doesn't know.
    func known<Value: RawRepresentable>(_ column: Int, as: Value.Type = Value.self) throws -> Value
    where Value.RawValue == String {
        let text = try get(column, as: String.self)
        guard let value = Value(rawValue: text) else {
            throw StoreError.unreadable("\(text) is no \(Value.self) that this program knows")
        }
        return value
    }

    func knownOptional<Value: RawRepresentable>(_ column: Int, as: Value.Type = Value.self) throws -> Value?
    where Value.RawValue == String {
        isNull(column) ? nil : try known(column)
    }

    func moment(_ column: Int) throws(PostgresError) -> EpochSeconds {
        EpochSeconds(try get(column, as: PostgresTimestamp.self))
    }

    func optionalMoment(_ column: Int) throws(PostgresError) -> EpochSeconds? {
        try getOptional(column, as: PostgresTimestamp.self).map(EpochSeconds.init(_:))
    }

    /// A bigint column that holds a UID; `nil` where it is none.
    func uid(_ column: Int) throws(PostgresError) -> UID? {
        UID(rawValue: UInt32(clamping: try get(column, as: Int64.self)))
    }

    func uidValidity(_ column: Int) throws(PostgresError) -> UIDValidity {
        UIDValidity(rawValue: UInt32(clamping: try get(column, as: Int64.self)))
    }

    /// A text column that holds a Message-ID or NULL.
    func headerID(_ column: Int) throws(PostgresError) -> HeaderMessageID? {
        try getOptional(column, as: String.self).flatMap { HeaderMessageID(rawValue: $0) }
    }
}
