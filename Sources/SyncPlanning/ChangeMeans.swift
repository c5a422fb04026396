/// How a server tells what changed in a folder since a moment that it remembers.
package enum ChangeMeans: Sendable, Hashable, CaseIterable {
    /// QRESYNC (RFC 7162 §3.2), enabled on the connection: changed flags and vanished UIDs come in one reply.
    case qresync
    /// CONDSTORE (RFC 7162 §3.1): changed flags come by mod-sequence, expunges only as a difference of UID sets.
    case condstore
    /// Neither: UID and FLAGS of all.
    case none
}
