extension RedisValue {
    /// The bytes of a bulk string, or of a status line as UTF-8.
    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .simple(let text): Array(text.utf8)
        case .error, .integer, .array, .null: nil
        }
    }

    /// A bulk string or status line as text; bytes that are no UTF-8 become U+FFFD.
    package var string: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .simple(let text): text
        case .error, .integer, .array, .null: nil
        }
    }

    /// An integer reply, or a string that is nothing but a decimal number (how hashes and Lua hand numbers over).
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .bulk(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        case .simple(let text): Int64(text)
        case .error, .array, .null: nil
        }
    }

    /// The elements of an array.
    package var array: [RedisValue]? {
        switch self {
        case .array(let elements): elements
        case .simple, .error, .integer, .bulk, .null: nil
        }
    }

    /// True for the null reply only.
    package var isNull: Bool { self == .null }

    /// What kind of reply it is, without its content: for errors, which must not quote data.
    package var kind: String {
        switch self {
        case .simple: "status"
        case .error(let error): "error \(error.code)"
        case .integer: "integer"
        case .bulk: "bulk string"
        case .array(let elements): "array of \(elements.count)"
        case .null: "null"
        }
    }
}
