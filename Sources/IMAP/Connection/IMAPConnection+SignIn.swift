package import IMAPCore
import NIOCore

extension IMAPConnection {
    /// Signs in; afterwards the capabilities are those that hold for this user.
    ///
    /// Of the ways that the server offers the best is taken: for a password SCRAM-SHA-256, AUTHENTICATE PLAIN, LOGIN unless
    /// the server forbids it; for a token OAUTHBEARER, XOAUTH2. Where the server does not understand one, or refuses
    /// SCRAM without a word on the credentials, which servers do that can't hash this user's password, the next is tried.
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
        for attempt in attempts(for: credential) {
            do throws(IMAPError) {
                switch attempt {
                case .command(let command): _ = try await conversation.perform(command)
                case .scram(let client):
                    try await conversation.authenticate(client, hasInitialResponse: hasInitialResponse)
                }
                try await learnCapabilities(conversation)
                if options.compresses, capabilities.has("COMPRESS=DEFLATE") { _ = try await conversation.compress() }
                conversation.mark.move(to: .signedIn)
                return
            } catch {
                guard case .signInRefused(.credentials) = error, conversation.phase == .notAuthenticated,
                    attempt.saysNothing(about: conversation.lastAnswer)
                else { throw error }
                lastRefusal = error
            }
        }
        throw lastRefusal ?? .signInRefused(.noCommonMechanism)
    }

    private var hasInitialResponse: Bool { capabilities.hasInitialResponse }

    private func attempts(for credential: IMAPCredential) -> [SignInAttempt] {
        let capabilities = capabilities
        var attempts: [SignInAttempt] = []
        switch credential {
        case .password(let username, let password):
            if capabilities.has("AUTH=SCRAM-SHA-256"),
                let client = ScramClient(username: username, password: password, nonce: Self.nonce())
            {
                attempts.append(.scram(client))
            }
            if capabilities.has("AUTH=PLAIN") {
                attempts.append(
                    .command(
                        .authenticatePlain(
                            username: username, password: password, initialResponse: hasInitialResponse)))
            }
            if !capabilities.isLoginDisabled {
                attempts.append(.command(.login(username: username, password: password)))
            }
        case .oauth2(let username, let accessToken):
            if capabilities.has("AUTH=OAUTHBEARER") {
                attempts.append(
                    .command(
                        .authenticateOAuthBearer(
                            username: username, accessToken: accessToken, host: endpoint.serverName,
                            port: endpoint.address.port ?? 143, initialResponse: hasInitialResponse)))
            }
            if capabilities.has("AUTH=XOAUTH2") {
                attempts.append(
                    .command(
                        .authenticateXOAuth2(
                            username: username, accessToken: accessToken, initialResponse: hasInitialResponse)))
            }
        }
        return attempts
    }

    /// 144 bits, which no two sign-ins share.
    private static func nonce() -> String {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return String((0..<24).map { _ in alphabet[Int.random(in: 0..<64, using: &random)] })
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

    /// Compresses what follows, in both directions (RFC 4978). To be called once, after the sign-in;
    /// ``IMAPConnectionOptions/compresses`` makes the sign-in do so. TLS itself never compresses here.
    ///
    /// - Returns: whether it is done: the server may not offer it, or refuse it.
    package func compress() async throws(IMAPError) -> Bool {
        let conversation = try takeTurn()
        defer { returnTurn() }
        guard capabilities.has("COMPRESS=DEFLATE") else { return false }
        return try await conversation.compress()
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
