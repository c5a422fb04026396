package import NIOCore

/// What the parser makes of a server's octets, in their order.
///
/// A body section comes as one `bodyBegin`, any number of `bodyChunk`s and one `bodyEnd`; the reply that it belongs to
/// follows as `.response(.fetch(…))` after its last section.
package enum ResponseEvent: Sendable, Hashable {
    case response(Response)
    case bodyBegin(BodyBegin)
    /// Some of the section's octets, sharing the memory that the socket was read into.
    case bodyChunk(ByteBuffer)
    case bodyEnd
}
