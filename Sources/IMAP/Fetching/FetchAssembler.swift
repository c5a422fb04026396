import IMAPCore
import MailModel
import NIOCore

/// Puts the parts of FETCH replies together to what a fetch yields.
protocol FetchAssembler {
    associatedtype Item: Sendable

    /// A section's octets begin.
    mutating func begin(_ section: BodyBegin)
    /// Takes some of them.
    ///
    /// - Returns: whether ``flush()`` must run before the next.
    mutating func take(_ chunk: ByteBuffer) -> Bool
    /// Moves what was taken to the disk.
    mutating func flush() async throws(IMAPError)
    /// The section's octets are all there.
    mutating func end() async throws(IMAPError)
    /// The reply is over.
    ///
    /// - Returns: what it makes, and the octets of memory that it holds; `nil` where the reply was no answer to this
    ///   fetch.
    mutating func finish(_ response: FetchResponse) -> (item: Item, weight: Int)?
    /// Removed UIDs were told.
    ///
    /// - Returns: what it makes; `nil` where this fetch does not ask for them.
    mutating func vanish(_ uids: UIDSet) -> Item?
}

extension FetchAssembler {
    mutating func vanish(_ uids: UIDSet) -> Item? { nil }
}
