/// What an error reply gives away about a server that was the master when we connected.
enum MasterDoubt: Hashable {
    /// It is a replica now, so the connection is of no more use.
    case demoted
    /// It may have been demoted or cut off; the sentinels know.
    case possible

    /// - Returns: nil for an error that says nothing about it.
    init?(_ error: RedisServerError) {
        switch error.code {
        // A replica refuses writes, and without its master, where it is set up so, reads as well.
        case "READONLY", "MASTERDOWN": self = .demoted
        // What a blocked client hears of the demotion; also of CLIENT UNBLOCK, which says nothing.
        case "UNBLOCKED" where error.message.contains("instance state changed"): self = .demoted
        // A master loads only after a restart, which ends its connections; a replica loads what its new master sends.
        // And a master that is cut off has lost its replicas too.
        case "LOADING", "NOREPLICAS": self = .possible
        default: return nil
        }
    }
}
