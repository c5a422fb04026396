import IMAPCore
import NIOPosix

extension Conversation {
    /// Signs in by SCRAM-SHA-256. The hashing is done on NIO's threads for blocking calls.
    ///
    /// - Throws: ``IMAPError/signInRefused(_:)``; where the server did not prove itself, after closing the connection.
    func authenticate(_ begun: ScramClient, hasInitialResponse: Bool) async throws(IMAPError) {
        var client = begun
        var fault: ScramFault?
        let command = Command.authenticateScram(
            firstMessage: begun.firstMessage, username: begun.username, initialResponse: hasInitialResponse)
        let answer = try await perform(Request(command)) { challenge in
            // A server that goes on after a fault is told to stop.
            guard fault == nil else { return "*" }
            do throws(ScramFault) {
                switch try client.receive(challenge) {
                case .hash(let password, let salt, let rounds):
                    return try client.prove(with: try await Self.hash(password, salt, rounds))
                case .done:
                    return ""
                }
            } catch {
                fault = error
                // It has refused already, and says so by NO once it has an answer.
                if case .refused = error { return "" }
                return "*"
            }
        }
        switch (answer.outcomes[0], fault) {
        case (_, .unproven?), (_, .foreignNonce?):
            throw fail(.signInRefused(.serverUnproven))
        case (.success?, _):
            guard client.isProven else { throw fail(.signInRefused(.serverUnproven)) }
        case (.failure(let error)?, _):
            throw error
        case (nil, _):
            throw fail(.protocolViolation("no answer"))
        }
    }

    private static func hash(_ password: String, _ salt: [UInt8], _ rounds: Int) async throws(ScramFault) -> ScramKeys {
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                try ScramKeys(password: password, salt: salt, rounds: rounds)
            }
        } catch {
            throw .malformed
        }
    }
}
