/// What is said on a new connection before anything else, and what its replies mean.
struct Handshake {
    /// AUTH and SELECT if they are needed, then a name. The name comes always: its reply proves that the server serves.
    let commands: [RedisCommand]
    private var replies: [RedisValue] = []

    init(_ configuration: RedisConfiguration) {
        var commands: [RedisCommand] = []
        if let password = configuration.password {
            var command = RedisCommand("AUTH")
            if let user = configuration.username { command.append(.string(user)) }
            command.append(.string(password.value))
            commands.append(command)
        }
        if configuration.database != 0 {
            commands.append(RedisCommand("SELECT", .integer(Int64(configuration.database))))
        }
        commands.append(RedisCommand("CLIENT", "SETNAME", .string(configuration.clientName)))
        self.commands = commands
    }

    /// - Returns: nil until the last reply, then whether the connection may be used.
    mutating func receive(_ reply: RedisValue) -> Result<Void, ConnectionFailure>? {
        replies.append(reply)
        guard replies.count == commands.count else { return nil }
        for (index, reply) in replies.enumerated() {
            guard case .error(let error) = reply else { continue }
            if error.isTransient { return .failure(.broken("the server answered \(error.code)")) }
            // A user without the right to CLIENT goes unnamed; a server that wants a password says so here.
            if index == commands.count - 1, error.code != "NOAUTH" { continue }
            return .failure(.refused(error))
        }
        return .success(())
    }
}
