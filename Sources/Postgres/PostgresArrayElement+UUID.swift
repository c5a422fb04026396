package import struct Foundation.UUID

extension UUID: PostgresArrayElement { package static var postgresArrayType: PostgresType { .uuidArray } }
