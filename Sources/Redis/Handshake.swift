/// What is said on a new connection before anything else, and what its replies mean.
struct Handshake {
    /// What a command is for, and so what its refusal means.
    private enum Step {
        /// AUTH or SELECT: a refusal needs a person.
        case signIn
        /// Comes always: its reply proves that the server serves.
        case name
        /// Comes where a sentinel named the server, since the sentinel may lag behind.
        case role
    }

    /// In the order in which they are written.
    let commands: [RedisCommand]
    private let steps: [Step]
    private var replies: [RedisValue] = []

    init(_ configuration: RedisConfiguration) {
        var commands: [(step: Step, command: RedisCommand)] = []
        if let password = configuration.password {
            var command = RedisCommand("AUTH")
            if let user = configuration.username { command.append(.string(user)) }
            command.append(.string(password.value))
            commands.append((.signIn, command))
        }
        if configuration.database != 0 {
            commands.append((.signIn, RedisCommand("SELECT", .integer(Int64(configuration.database)))))
        }
        commands.append((.name, RedisCommand("CLIENT", "SETNAME", .string(configuration.clientName))))
        switch configuration.endpoint {
        case .server: break
        case .sentinels: commands.append((.role, RedisCommand("ROLE")))
        }
        self.commands = commands.map(\.command)
        steps = commands.map(\.step)
    }

    /// - Returns: nil until the last reply, then whether the connection may be used.
    mutating func receive(_ reply: RedisValue) -> Result<Void, ConnectionFailure>? {
        replies.append(reply)
        guard replies.count == steps.count else { return nil }
        for (step, reply) in zip(steps, replies) {
            if let failure = Self.failure(step, reply) { return .failure(failure) }
        }
        return .success(())
    }

    private static func failure(_ step: Step, _ reply: RedisValue) -> ConnectionFailure? {
        switch (step, reply) {
        case (_, .error(let error)) where error.isTransient: .broken("the server answered \(error.code)")
        case (.signIn, .error(let error)): .refused(error)
        // A user without the right to CLIENT goes unnamed; a server that wants a password says so here.
        case (.name, .error(let error)): error.code == "NOAUTH" ? .refused(error) : nil
        case (.role, .error(let error)):
            .misconfigured(
                "the server refused ROLE with \(error.code); behind sentinels the user needs the right to it")
        case (.role, _):
            switch reply.array?.first?.string {
            case "master": nil
            case "slave": .broken("the server is a replica")
            case let role: .broken("the server's role is \(role ?? "unknown")")
            }
        case (.signIn, _), (.name, _): nil
        }
    }
}
