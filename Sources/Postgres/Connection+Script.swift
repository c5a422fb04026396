internal import CLibPQ

extension Connection {
    /// Runs SQL of any number of statements by the simple protocol, without parameters or rows.
    func script(_ sql: String) throws(PostgresError) {
        let activity = "running a script"
        let endsTransaction = !isInTransaction
        try exchange(activity) { () throws(PostgresError) in
            try outsidePipelineMode(activity) { () throws(PostgresError) in
                guard PQsendQuery(pointer, sql) == 1 else { throw lost(activity) }
                try flush(activity)
                var failure: PostgresError?
                do throws(PostgresError) {
                    while let result = try nextResult(activity) {
                        defer { PQclear(result) }
                        try note(PQresultStatus(result), result, activity, &failure)
                    }
                } catch {
                    throw (failure ?? error).with(outcomeUnknown: endsTransaction && failure?.sqlstate == nil)
                }
                if let failure { throw failure }
            }
        }
    }

    private func note(
        _ status: ExecStatusType,
        _ result: OpaquePointer,
        _ activity: String,
        _ failure: inout PostgresError?
    ) throws(PostgresError) {
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            break
        case PGRES_FATAL_ERROR:
            failure = failure ?? PostgresError(result: result, activity: activity, cancelling: isCancelling)
            if isBroken { throw failure ?? lost(activity) }
        default:
            // COPY would wait for data that nobody sends.
            abandon()
            throw .misuse("COPY runs by copyIn(_:) alone")
        }
    }

    /// Leaves pipeline mode, which is libpq's own matter and costs no round trip, and returns to it.
    func outsidePipelineMode<Value>(
        _ activity: String,
        _ body: () throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard PQexitPipelineMode(pointer) == 1 else { throw lost(activity) }
        defer {
            // Without the mode the connection is of no use; it fails only where results are left unread.
            if !isBroken, PQenterPipelineMode(pointer) != 1 { abandon() }
        }
        return try body()
    }
}
