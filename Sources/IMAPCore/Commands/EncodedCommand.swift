package import NIOCore

/// A command's octets, cut where the server must say `+` before it gets more.
package struct EncodedCommand: Sendable {
    /// What a `+` after the last piece means.
    enum Dialogue: Sendable, Hashable {
        /// Nothing.
        case none
        /// The server tells why it refuses; this answer makes it say so by NO.
        case refusal(answer: String)
        /// The server asks, and is to be answered.
        case challenges
    }

    /// At least one; the last ends in CR LF.
    package let pieces: [ByteBuffer]
    let dialogue: Dialogue
}
