/// One reply of a Redis server (RESP2).
///
/// A bulk string is bytes and not text: Redis promises no encoding. The typed accessors answer nil where the reply is
/// of another kind; whoever needs the difference switches over the cases.
package enum RedisValue: Sendable, Hashable {
    /// `+OK`: a status line, without its CR LF.
    case simple(String)
    /// `-ERR …` inside an array. ``RedisClient`` throws an error reply that stands alone.
    case error(RedisServerError)
    /// `:42`.
    case integer(Int64)
    /// `$5`: a string of any bytes.
    case bulk([UInt8])
    /// `*2`: replies in order, each of any kind.
    case array([RedisValue])
    /// `$-1` and `*-1`.
    case null
}
