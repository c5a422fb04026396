/// A connection lent to one closure: every method blocks the connection's own thread until the server has answered.
///
/// It is valid only inside the closure that got it. All methods throw kind `cancelled` once the task was cancelled: a
/// running statement is cancelled at the server, and no further one is sent. Change only what ends with a transaction
/// (`SET LOCAL`, `set_config(…, true)`): whatever else a session is set to would meet the connection's next user.
package final class PostgresSession {
    private enum Scope {
        /// Every statement, pipeline or COPY is its own transaction.
        case none
        /// BEGIN is sent with the first statement (`pendingBegin`); `last` goes with COMMIT.
        case transaction(pendingBegin: String?, last: [Statement])
    }

    private let connection: Connection
    private var scope = Scope.none
    private var isOver = false

    init(connection: Connection) { self.connection = connection }

    /// Runs one statement, prepared on this connection at its first use.
    package func query(_ statement: Statement) throws(PostgresError) -> PostgresRows {
        try send([statement])[0]
    }

    /// Runs one statement.
    /// - Returns: how many rows it inserted, changed, deleted or selected.
    @discardableResult
    package func execute(_ statement: Statement) throws(PostgresError) -> Int {
        try send([statement])[0].affected
    }

    /// Runs statements in one round trip. Outside a transaction they are one, which a failure rolls back wholly.
    /// - Returns: the rows of each, in order.
    /// - Throws: ``PostgresError`` of the first that failed, with its `statementIndex`; those after it were not run.
    @discardableResult
    package func pipeline(_ statements: [Statement]) throws(PostgresError) -> [PostgresRows] {
        statements.isEmpty ? [] : try send(statements)
    }

    /// Sends rows by binary COPY.
    /// - Returns: the rows that the server took; 0 for an empty buffer, which isn't sent.
    @discardableResult
    package func copyIn(_ copy: CopyBuffer) throws(PostgresError) -> Int {
        if copy.isEmpty { return 0 }
        try checkUse()
        let begin = pendingBegin
        defer { clearBegin() }
        return try connection.copyIn(copy, begin: begin)
    }

    /// Runs any number of statements by the simple protocol, for migrations: no parameters, no rows. Outside a
    /// transaction they are one, unless the script has transactions of its own.
    package func script(_ sql: String) throws(PostgresError) {
        try checkUse()
        if let begin = pendingBegin {
            try connection.run([], Connection.Run(activity: "beginning a transaction", begin: begin))
            clearBegin()
        }
        try connection.script(sql)
    }

    // MARK: Transactions

    /// Runs `body` as one transaction: COMMIT when it returns, ROLLBACK when it throws.
    ///
    /// BEGIN travels with the first statement, and the statements of ``atCommit(_:)``, then the fence, then COMMIT
    /// travel as one pipeline, so that nothing comes between the fence and the commit.
    /// - Parameters:
    ///   - fence: run last; one that raises rolls all back, and its error is thrown.
    ///   - body: must not begin another.
    /// - Throws: what `body` or the commit threw; kind `transactionAborted` where `body` swallowed a failure.
    @discardableResult
    package func transaction<Value>(
        isolation: Isolation = .readCommitted,
        fence: [Statement] = [],
        _ body: (PostgresSession) throws -> Value
    ) throws -> Value {
        try checkUse()
        guard case .none = scope, !connection.isInTransaction else {
            throw PostgresError.misuse("a transaction within a transaction")
        }
        scope = .transaction(pendingBegin: isolation.begin, last: [])
        defer { scope = .none }
        do {
            let value = try body(self)
            try commit(fence: fence)
            return value
        } catch {
            connection.rollBack()
            throw error
        }
    }

    /// Adds statements that are sent with the fence and COMMIT of the transaction under way: a cursor's last move
    /// costs no round trip of its own.
    package func atCommit(_ statements: [Statement]) throws(PostgresError) {
        guard case .transaction(let begin, let last) = scope else {
            throw .misuse("there is no transaction to commit")
        }
        scope = .transaction(pendingBegin: begin, last: last + statements)
    }

    private func commit(fence: [Statement]) throws(PostgresError) {
        guard case .transaction(let begin, let last) = scope else { return }
        let statements = last + fence
        if begin != nil, statements.isEmpty { return }
        guard begin != nil || connection.isBroken || connection.isInTransaction else {
            throw .misuse("a statement ended the transaction before its time")
        }
        clearBegin()
        try connection.run(statements, Connection.Run(begin: begin, commits: true))
    }

    private func send(_ statements: [Statement]) throws(PostgresError) -> [PostgresRows] {
        try checkUse()
        let begin = pendingBegin
        defer { clearBegin() }
        return try connection.run(statements, Connection.Run(begin: begin))
    }

    private var pendingBegin: String? {
        guard case .transaction(let begin, _) = scope else { return nil }
        return begin
    }

    /// The BEGIN has been sent, or tried.
    private func clearBegin() {
        guard case .transaction(_, let last) = scope else { return }
        scope = .transaction(pendingBegin: nil, last: last)
    }

    private func checkUse() throws(PostgresError) {
        if isOver { throw .misuse("the session is over") }
    }

    // MARK: The end

    /// Has the connection closed after the closure instead of serving again, for what a session can't undo.
    func abandon() { connection.abandon() }

    /// Takes the session from its closure and leaves the connection outside any transaction.
    /// - Throws: kind `misuse` where a transaction was left open; it is rolled back.
    func end() throws(PostgresError) {
        isOver = true
        guard !connection.isBroken, connection.isInTransaction else { return }
        connection.rollBack()
        throw .misuse("a transaction was left open, and is rolled back")
    }
}
