package import Failure
package import Redis

/// What went wrong with the queue.
package enum JobQueueError: Failing, Hashable {
    /// The shard's epoch is missing (nil) or another than ours: its content can't be trusted until an epoch is
    /// established. The script did nothing.
    case epochMismatch(known: Int64?, found: Int64?)
    /// A request is unusable; names the field. Nothing of its batch was enqueued.
    case invalidRequest(field: String)
    /// No queue of the shard has this name.
    case unknownQueue(String)
    /// Redis failed, or can't be reached.
    case redis(RedisError)
    /// A script answered something else than its contract says.
    case unexpectedReply(script: String)

    package var disposition: Disposition {
        switch self {
        case .epochMismatch: .retryLater
        case .invalidRequest, .unknownQueue, .unexpectedReply: .permanent
        case .redis(let error): error.disposition
        }
    }
}

extension JobQueueError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .epochMismatch(let known, let found):
            "queue epoch is \(found.map(String.init) ?? "missing"), ours is \(known.map(String.init) ?? "unknown")"
        case .invalidRequest(let field): "job request with an unusable \(field)"
        case .unknownQueue(let name): "there is no queue \(name)"
        case .redis(let error): "queue: \(error)"
        case .unexpectedReply(let script): "queue script \(script) broke its contract"
        }
    }
}
