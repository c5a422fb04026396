internal import CLibPQ
internal import Glibc

/// Keeps one thread's connection: makes it when first needed, and replaces it when it is found dead.
final class ConnectionHolder {
    private let configuration: PostgresConfiguration
    private let wakeup: Wakeup
    private let cancelThread: CancelThread
    private var connection: Connection?

    init(_ configuration: PostgresConfiguration, wakeup: Wakeup, cancelThread: CancelThread) {
        self.configuration = configuration
        self.wakeup = wakeup
        self.cancelThread = cancelThread
    }

    /// Lends the connection to `body`, and puts it right afterwards.
    func withSession<Value>(
        _ cancellation: Cancellation,
        _ body: (PostgresSession) throws -> Value
    ) throws -> Value {
        let connection = try ready(cancellation)
        connection.cancellation = cancellation
        defer {
            connection.cancellation = nil
            if connection.isBroken { self.connection = nil }
        }
        let session = PostgresSession(connection: connection)
        let outcome = Result { try body(session) }
        do {
            try session.end()
        } catch {
            // The closure's own error tells more than what it left behind.
            _ = try outcome.get()
            throw error
        }
        return try outcome.get()
    }

    /// Waits for a signal, and meanwhile notices a server that hangs up.
    func idle() {
        let socket = connection.map { PQsocket($0.pointer) } ?? -1
        let ready = Connection.poll(socket: socket, events: POLLIN, wakeup: wakeup, until: nil)
        if ready != 0 { dropIfDead() }
    }

    /// Ends the connection.
    func close() { connection = nil }

    /// The connection, which nothing has been sent on since it was last seen alive; a dead one is replaced, once.
    private func ready(_ cancellation: Cancellation) throws(PostgresError) -> Connection {
        if cancellation.isRequested { throw .cancelled("waiting for a connection") }
        if let connection {
            let socket = PQsocket(connection.pointer)
            if Connection.poll(socket: socket, events: POLLIN, wakeup: wakeup, until: .now) != 0 { dropIfDead() }
        }
        if let connection { return connection }
        let opened = try Connection.open(
            configuration, wakeup: wakeup, cancelThread: cancelThread, cancellation: cancellation)
        connection = opened
        return opened
    }

    private func dropIfDead() {
        if connection?.absorb() == false { connection = nil }
    }
}
