/// One argument of a command: bytes, however they were written down.
package enum RedisArgument: Sendable, Hashable {
    /// UTF-8.
    case string(String)
    /// As they are.
    case bytes([UInt8])
    /// In decimal.
    case integer(Int64)
}

extension RedisArgument: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .string(value) }
}

extension RedisArgument: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) { self = .integer(value) }
}
