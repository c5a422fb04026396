package import Failure

/// What went wrong between this process and a Redis server.
///
/// The cases keep apart what a caller must know before it tries again: whether the command can have been executed.
/// No description contains a password or a command's arguments.
package enum RedisError: Failing, Hashable {
    /// The server executed or refused the command and said so.
    case server(RedisServerError)
    /// The URL or another setting is unusable; says which and why.
    case invalidConfiguration(String)
    /// The server refused the sign-in or the database at connect.
    case signInRefused(RedisServerError)
    /// The TLS handshake failed: an unknown authority, a wrong name, no TLS on that port.
    case tlsFailed(String)
    /// The command was never written: no connection came up before its deadline. Says why the last attempt failed.
    case notSent(String)
    /// The command was written and no reply came in time: it is unknown whether it was executed.
    case timedOut
    /// The connection broke between command and reply: it is unknown whether the command was executed.
    case unknownWhetherExecuted(String)
    /// As many commands as allowed are outstanding; this one was never written.
    case overloaded(outstanding: Int)
    /// The client was closed before the command was written.
    case closed
    /// The caller's task was cancelled.
    case cancelled(mayHaveExecuted: Bool)
    /// The reply is not what this command answers with.
    case unexpectedReply(String)

    package var disposition: Disposition {
        switch self {
        case .server(let error):
            error.isTransient ? .retryLater : .permanent
        case .notSent, .timedOut, .unknownWhetherExecuted, .overloaded: .retryLater
        case .invalidConfiguration, .signInRefused, .tlsFailed: .needsUser
        case .closed, .cancelled: .cancelled
        case .unexpectedReply: .permanent
        }
    }
}

extension RedisError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server(let error): "redis answered \(error.code)"
        case .invalidConfiguration(let reason): "redis configuration: \(reason)"
        case .signInRefused(let error): "redis refused the sign-in: \(error.code)"
        case .tlsFailed(let reason): "redis TLS handshake failed: \(reason)"
        case .notSent(let reason): "redis command not sent, no connection in time: \(reason)"
        case .timedOut: "redis command timed out, unknown whether executed"
        case .unknownWhetherExecuted(let reason): "redis connection lost, unknown whether executed: \(reason)"
        case .overloaded(let outstanding): "redis client overloaded: \(outstanding) commands outstanding"
        case .closed: "redis client closed"
        case .cancelled(let mayHaveExecuted):
            mayHaveExecuted
                ? "redis command cancelled, unknown whether executed" : "redis command cancelled, not executed"
        case .unexpectedReply(let reason): "redis reply of an unexpected kind: \(reason)"
        }
    }
}
