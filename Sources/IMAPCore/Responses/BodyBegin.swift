package import MailModel

/// The announcement of a body section's octets within a FETCH reply.
package struct BodyBegin: Sendable, Hashable {
    /// The message's number in the session.
    package let sequenceNumber: UInt32
    /// Its UID, where that stood before the section; else it comes with the ``FetchResponse``.
    package let uid: UID?
    package let section: BodySection
    /// The first octet of a partial fetch, `BODY[]<n>`; `nil` for the section from its start.
    package let origin: UInt64?
    /// How many octets follow, as declared.
    package let size: UInt64
}
