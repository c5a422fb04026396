internal import CLibPQ

extension Connection {
    /// Bytes given to libpq at once: it copies them, so that this bounds what it holds.
    private static let chunk = 256 * 1024

    /// Sends a buffer by COPY.
    /// - Parameter begin: the BEGIN to send in the same round trip.
    /// - Returns: the rows that the server took.
    func copyIn(_ copy: CopyBuffer, begin: String?) throws(PostgresError) -> Int {
        let activity = "running \(PostgresError.excerpt(copy.sql))"
        let endsTransaction = begin == nil && !isInTransaction
        return try exchange(activity) { () throws(PostgresError) in
            try outsidePipelineMode(activity) { () throws(PostgresError) in
                let sql = begin.map { "\($0); \(copy.sql)" } ?? copy.sql
                guard PQsendQuery(pointer, sql) == 1 else { throw lost(activity) }
                try flush(activity)
                _ = try results(until: PGRES_COPY_IN, activity)
                do throws(PostgresError) {
                    try send(copy, activity)
                    return try results(until: nil, activity)
                } catch {
                    throw error.with(outcomeUnknown: endsTransaction && isBroken && error.sqlstate == nil)
                }
            }
        }
    }

    /// Reads results up to one of a status, or up to the last.
    /// - Returns: rows affected, as the last result has them.
    private func results(until status: ExecStatusType?, _ activity: String) throws(PostgresError) -> Int {
        var failure: PostgresError?
        var affected = 0
        while let result = try nextResult(activity) {
            defer { PQclear(result) }
            let found = PQresultStatus(result)
            if found == status { return 0 }
            switch found {
            case PGRES_COMMAND_OK:
                affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
            case PGRES_FATAL_ERROR:
                failure = failure ?? PostgresError(result: result, activity: activity, cancelling: isCancelling)
                if isBroken { throw failure ?? lost(activity) }
            default:
                abandon()
                throw PostgresError(kind: .connectionLost, message: "out of step with the server", activity: activity)
            }
        }
        if let failure { throw failure }
        if isBroken { throw lost(activity) }
        return affected
    }

    private func send(_ copy: CopyBuffer, _ activity: String) throws(PostgresError) {
        var sent = 0
        while sent < copy.bytes.count, cancellation?.isRequested != true {
            let end = min(sent + Self.chunk, copy.bytes.count)
            try put(copy.bytes[sent..<end], activity)
            sent = end
        }
        // Half a COPY must not look like a whole one: the server fails it, by the same error as a cancelled statement.
        let isWhole = sent == copy.bytes.count
        if isWhole { try put(CopyBuffer.trailer[...], activity) }
        guard PQputCopyEnd(pointer, isWhole ? nil : "cancelled") == 1 else { throw lost(activity) }
        try flush(activity)
    }

    private func put(_ bytes: ArraySlice<UInt8>, _ activity: String) throws(PostgresError) {
        while true {
            let taken = bytes.withUnsafeBytes {
                PQputCopyData(pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
            }
            guard taken >= 0 else { throw lost(activity) }
            try flush(activity)
            // 0 is libpq's "not now": what it holds had to go first.
            if taken == 1 { return }
        }
    }
}
