package import IMAPCore
import NIOCore

extension IMAPConnection {
    /// Signs in; afterwards the capabilities are those that hold for this user.
    ///
    /// A password goes by AUTHENTICATE PLAIN where the server offers that, else by LOGIN unless the server forbids it.
    /// On a connection that the server greeted as signed in, nothing is sent.
    ///
    /// - Throws: ``IMAPError/signInRefused(_:)`` where the user must do something, ``IMAPError/throttled(_:)`` where the
    ///   server only wants fewer or later sign-ins (mail-exactness 25–27), and the errors of any command.
    package func signIn(_ credential: IMAPCredential) async throws(IMAPError) {
        let conversation = try takeTurn()
        defer { returnTurn() }
        guard conversation.phase == .notAuthenticated else {
            conversation.mark.move(to: .signedIn)
            return
        }
        var lastRefusal: IMAPError?
        for command in commands(for: credential) {
            do throws(IMAPError) {
                _ = try await conversation.perform(command)
                try await learnCapabilities(conversation)
                conversation.mark.move(to: .signedIn)
                return
            } catch {
                // Some servers offer PLAIN and know only LOGIN; they call it BAD, which is said of no password.
                guard case .signInRefused(.credentials) = error, case .authenticatePlain = command,
                    conversation.phase == .notAuthenticated, conversation.lastAnswer?.condition == .bad
                else { throw error }
                lastRefusal = error
            }
        }
        throw lastRefusal ?? .signInRefused(.noCommonMechanism)
    }

    private func commands(for credential: IMAPCredential) -> [Command] {
        let capabilities = capabilities
        let initialResponse = capabilities.hasInitialResponse
        switch credential {
        case .password(let username, let password):
            var commands: [Command] = []
            if capabilities.has("AUTH=PLAIN") {
                commands.append(
                    .authenticatePlain(username: username, password: password, initialResponse: initialResponse))
            }
            if !capabilities.isLoginDisabled { commands.append(.login(username: username, password: password)) }
            return commands
        case .oauth2(let username, let accessToken):
            if capabilities.has("AUTH=OAUTHBEARER") {
                return [
                    .authenticateOAuthBearer(
                        username: username, accessToken: accessToken, host: endpoint.serverName,
                        port: endpoint.address.port ?? 143, initialResponse: initialResponse)
                ]
            }
            guard capabilities.has("AUTH=XOAUTH2") else { return [] }
            return [
                .authenticateXOAuth2(
                    username: username, accessToken: accessToken, initialResponse: initialResponse)
            ]
        }
    }

    /// Tells the server what this program is and asks what the server is (RFC 2971).
    ///
    /// - Returns: the server's fields, names in small letters; empty where the server has no ID.
    package func identify(as fields: [(name: String, value: String)] = [("name", "postrider")])
        async throws(IMAPError) -> [String: String]
    {
        let conversation = try takeTurn()
        defer { returnTurn() }
        guard capabilities.has("ID") else { return [:] }
        for case .id(let answer) in try await conversation.perform(.id(fields)).replies { return answer }
        return [:]
    }

    /// Switches extensions on (RFC 5161).
    ///
    /// - Returns: those that are on. A server that says OK and does not list them (mail-exactness 9) has switched on
    ///   what was asked for.
    package func enable(_ names: [String]) async throws(IMAPError) -> Set<String> {
        let conversation = try takeTurn()
        defer { returnTurn() }
        guard capabilities.has("ENABLE") || capabilities.has("IMAP4REV2"), !names.isEmpty else { return [] }
        let answer = try await conversation.perform(.enable(names))
        for case .enabled(let listed) in answer.replies { return Set(listed) }
        return Set(names.map { $0.uppercased() })
    }

    /// Whether an extension, named in capitals, is on: by ``enable(_:)``, or by a folder opened with its mod-sequences.
    package func isEnabled(_ name: String) -> Bool { enabled.contains(name) }
}
