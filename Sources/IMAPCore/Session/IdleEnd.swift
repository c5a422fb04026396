/// How an IDLE ended.
package enum IdleEnd: Sendable, Hashable {
    /// As it was asked to by DONE.
    case left
    /// By the server itself; commands can follow, another IDLE too.
    case byServer
    /// The server did not take it up.
    case refused(IMAPError)
}
