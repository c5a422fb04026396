package import IMAPCore
package import NIOCore
import Synchronization

/// A connection to an IMAP server, for reading mail.
///
/// Connecting reads the greeting, brings TLS up and learns what the server can do; then ``signIn(_:)``, and then the
/// rest. One thing at a time: a call made while another, or a fetch, is under way throws ``IMAPError/busy``.
///
/// Replies are read on the caller's side: the event loop hands over octets, and the task that awaits a command's answer,
/// or a fetch's next batch, takes them apart. Nobody reads between commands, so a server that hangs up is noticed by the
/// next command.
///
/// Errors that leave the session in doubt (a lost connection, a deadline, a broken bound, a cancelled task) close the
/// connection; a refused command does not.
package final class IMAPConnection: Sendable {
    private struct State {
        var isTaken = false
        var capabilities = IMAPCapabilities([])
        var enabled: Set<String> = []
        var selected: SelectedMailbox?
    }

    private let conversation: Conversation
    private let state = Mutex(State())

    private init(_ conversation: Conversation) { self.conversation = conversation }

    deinit { conversation.transport.abandon() }

    /// Connects, reads the greeting, brings up TLS, and learns the server's capabilities.
    ///
    /// - Throws: ``IMAPError/unreachable(_:)``, ``IMAPError/insecure(_:)``, ``IMAPError/throttled(_:)`` or
    ///   ``IMAPError/goodbye(_:)`` where the server greets by BYE, and the errors of any command.
    package static func connect(
        to endpoint: IMAPEndpoint, options: IMAPConnectionOptions, on group: any EventLoopGroup
    ) async throws(IMAPError) -> IMAPConnection {
        let mark = ConnectionMark(options.metrics)
        let transport = try await Transport.connect(to: endpoint, options: options, on: group)
        let conversation = Conversation(
            transport: transport, options: options, mark: mark, requiresStartTLS: endpoint.security == .startTLS)
        let connection = IMAPConnection(conversation)
        do throws(IMAPError) {
            try await conversation.greet()
            if endpoint.security == .startTLS { try await conversation.startTLS(trustRoots: options.trustRoots) }
            try await connection.learnCapabilities(conversation)
            mark.move(to: .greeted)
        } catch {
            throw conversation.fail(error)
        }
        return connection
    }

    /// What the server said last that it can do.
    package var capabilities: IMAPCapabilities { state.withLock { $0.capabilities } }

    package var options: IMAPConnectionOptions { conversation.options }

    var endpoint: IMAPEndpoint { conversation.transport.endpoint }

    /// The folder that is open, as it was described when it was opened; `nil` for none.
    package var selected: SelectedMailbox? { state.withLock { $0.selected } }

    /// Extensions that are on, in capitals; QRESYNC brings CONDSTORE (RFC 7162 §3.2.3).
    var enabled: Set<String> { state.withLock { $0.enabled } }

    /// Says goodbye, waits for the answer at most as long as for any command, and closes. While something else is under
    /// way it closes at once.
    package func logout() async {
        do {
            let conversation = try takeTurn()
            defer { returnTurn() }
            _ = try await conversation.perform(.logout)
        } catch {
            // A server that hangs up, or never answers, instead of saying goodbye leaves nothing to be done.
        }
        await close()
    }

    /// Asks for nothing: shows that the server is there, and lets it say what is new (RFC 9051 §6.1.2).
    package func noop() async throws(IMAPError) {
        let conversation = try takeTurn()
        defer { returnTurn() }
        _ = try await conversation.perform(.noop)
    }

    /// Closes at once. What is under way fails.
    package func close() async {
        conversation.mark.end()
        await conversation.transport.close()
    }

    /// Calls `body` once the connection has ended, however it ends: at once where it has.
    package func whenClosed(_ body: @escaping @Sendable () -> Void) { conversation.transport.whenClosed(body) }

    /// Ends a wait for news that another task is in; what may be called while something is under way.
    func interrupt() { conversation.transport.interrupt() }

    // MARK: - Turns

    /// Lets this task in; it must call ``returnTurn()`` when it is done.
    func takeTurn() throws(IMAPError) -> Conversation {
        let isFree = state.withLock { state in
            guard !state.isTaken else { return false }
            state.isTaken = true
            return true
        }
        guard isFree else { throw .busy }
        return conversation
    }

    func returnTurn() {
        state.withLock { state in
            state.isTaken = false
            if let capabilities = conversation.capabilities { state.capabilities = capabilities }
            state.selected = conversation.phase == .selected ? conversation.selected : nil
            if state.enabled.count != conversation.enabled.count { state.enabled = conversation.enabled }
        }
    }

    /// Asks for the capabilities where the server has not named them by itself.
    func learnCapabilities(_ conversation: Conversation) async throws(IMAPError) {
        if conversation.capabilities == nil { _ = try await conversation.perform(.capability) }
        let capabilities = conversation.capabilities ?? IMAPCapabilities([])
        state.withLock { $0.capabilities = capabilities }
    }
}
