internal import CLibPQ

extension PostgresError {
    /// The error that a failed result carries.
    /// - Parameters:
    ///   - result: of status `PGRES_FATAL_ERROR`.
    ///   - activity: what was being done.
    ///   - index: the statement's place in a pipeline.
    ///   - cancelling: whether this side asked the server to cancel, which tells a cancelled task from a timeout.
    init(result: OpaquePointer, activity: String, index: Int? = nil, cancelling: Bool) {
        func field(_ code: UInt8) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        // The field codes of PG_DIAG_…, which C spells as character constants that Swift doesn't import.
        let sqlstate = field(UInt8(ascii: "C"))
        var kind = sqlstate.map { Kind(sqlstate: $0) } ?? .connectionLost
        switch kind {
        case .statementTimeout where cancelling:
            kind = .cancelled
        case .other where sqlstate == "0A000" && field(UInt8(ascii: "R")) == "RevalidateCachedQuery":
            // "cached plan must not change result type": the routine's name is the same in every language.
            kind = .stalePlan
        default:
            break
        }
        self.init(
            kind: kind,
            sqlstate: sqlstate,
            message: field(UInt8(ascii: "M"))
                ?? PQresultErrorMessage(result).map { Self.trimmed(String(cString: $0)) } ?? "no message",
            detail: field(UInt8(ascii: "D")),
            constraint: field(UInt8(ascii: "n")),
            activity: activity,
            statementIndex: index
        )
    }

    /// The error of a connection that can't go on; libpq keeps its words at the connection.
    static func lost(_ connection: OpaquePointer, activity: String, outcomeUnknown: Bool) -> PostgresError {
        PostgresError(
            kind: .connectionLost,
            message: trimmed(String(cString: PQerrorMessage(connection))),
            activity: activity,
            outcomeUnknown: outcomeUnknown
        )
    }

    static func cancelled(_ activity: String) -> PostgresError {
        PostgresError(kind: .cancelled, message: "the task was cancelled", activity: activity)
    }

    static func misuse(_ message: String) -> PostgresError {
        PostgresError(kind: .misuse, message: message, activity: "using a session")
    }

    /// The same error with another mark, for the layer that knows more.
    func with(outcomeUnknown: Bool) -> PostgresError {
        PostgresError(
            kind: kind, sqlstate: sqlstate, message: message, detail: detail, constraint: constraint,
            activity: activity, statementIndex: statementIndex, outcomeUnknown: outcomeUnknown)
    }

    /// libpq's message on one line.
    static func trimmed(_ message: String) -> String {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.isEmpty ? "the connection is gone" : line
    }
}
