extension RedisClient {
    /// Runs a script by its digest; a server that doesn't have it is given it, and then it runs.
    ///
    /// NOSCRIPT comes before anything was executed, so that trying again is safe.
    /// - Parameters:
    ///   - keys: every key that the script touches.
    ///   - arguments: its ARGV.
    /// - Throws: ``RedisError``; an error that the script answers is ``RedisError/server(_:)``.
    package func run(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument] = [], timeout: Duration? = nil,
        ignoringCancellation: Bool = false
    ) async throws(RedisError) -> RedisValue {
        if let digest = script.knownDigest {
            do throws(RedisError) {
                return try await send(
                    Self.evaluate(digest, keys: keys, arguments: arguments), timeout: timeout,
                    ignoringCancellation: ignoringCancellation)
            } catch {
                guard case .server(let refusal) = error, refusal.code == "NOSCRIPT" else { throw error }
            }
        }
        let digest = try await load(script, timeout: timeout, ignoringCancellation: ignoringCancellation)
        return try await send(
            Self.evaluate(digest, keys: keys, arguments: arguments), timeout: timeout,
            ignoringCancellation: ignoringCancellation)
    }

    /// Gives the server a script.
    /// - Returns: its digest in hexadecimal.
    @discardableResult
    package func load(
        _ script: RedisScript, timeout: Duration? = nil, ignoringCancellation: Bool = false
    ) async throws(RedisError) -> String {
        let reply = try await send(
            RedisCommand("SCRIPT", "LOAD", .string(script.source)), timeout: timeout,
            ignoringCancellation: ignoringCancellation)
        guard let digest = reply.string else { throw .unexpectedReply("\(reply.kind) to SCRIPT LOAD") }
        script.learn(digest)
        return digest
    }

    private static func evaluate(_ digest: String, keys: [String], arguments: [RedisArgument]) -> RedisCommand {
        var command = RedisCommand("EVALSHA", .string(digest), .integer(Int64(keys.count)))
        for key in keys { command.append(.string(key)) }
        for argument in arguments { command.append(argument) }
        return command
    }
}
