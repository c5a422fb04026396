package import Failure

/// What went wrong between the program and PostgreSQL.
///
/// Descriptions hold the statement's text, which is a constant of the program, and the server's message; never
/// parameters, rows or passwords. ``detail`` may hold a row's values and therefore stays out of them.
package struct PostgresError: Failing, Sendable {
    /// What the failure is, by SQLSTATE where the server gave one.
    package let kind: Kind
    /// Five characters of the server's (PostgreSQL documentation, appendix A); nil where the failure is not its own.
    package let sqlstate: String?
    /// The server's primary message, or this module's.
    package let message: String
    /// The server's detail, which may quote rows: for debugging at hand, not for logs.
    package let detail: String?
    /// The constraint that was violated.
    package let constraint: String?
    /// What was being done, in words and SQL text.
    package let activity: String
    /// Which of several pipelined statements failed, from 0.
    package let statementIndex: Int?
    /// Whether the work may have been committed all the same: the connection was lost, or given up, after a COMMIT (or
    /// a statement outside a transaction) was sent and before its answer came.
    package let outcomeUnknown: Bool

    init(
        kind: Kind,
        sqlstate: String? = nil,
        message: String,
        detail: String? = nil,
        constraint: String? = nil,
        activity: String,
        statementIndex: Int? = nil,
        outcomeUnknown: Bool = false
    ) {
        self.kind = kind
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.constraint = constraint
        self.activity = activity
        self.statementIndex = statementIndex
        self.outcomeUnknown = outcomeUnknown
    }

    package var disposition: Disposition { kind.disposition }
}
