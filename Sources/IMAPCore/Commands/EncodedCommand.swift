package import NIOCore

/// A command's octets, cut where the server must say `+` before it gets more.
package struct EncodedCommand: Sendable {
    /// At least one; the last ends in CR LF.
    package let pieces: [ByteBuffer]
    /// What answers a `+` after the last piece: an empty line makes a server that refuses a token say so by NO.
    let answersSurplusContinuation: Bool
}
