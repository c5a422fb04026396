internal import CLibPQ

extension Connection {
    /// How a pipeline is framed.
    struct Run {
        /// What is being done, where the statement's text wouldn't say it.
        var activity: String?
        /// The BEGIN to send first.
        var begin: String?
        /// Whether COMMIT comes last.
        var commits = false
    }

    private enum Step {
        /// BEGIN, COMMIT, ROLLBACK: text without parameters, not worth preparing.
        case command(String)
        case commit
        case deallocate(String)
        case prepare(StatementCache.Entry, index: Int)
        case execute(StatementCache.Entry, index: Int)
    }

    /// Runs statements as one pipeline with one synchronisation, preparing what isn't prepared yet.
    ///
    /// A plan that a change of schema made stale is prepared anew and the pipeline run once more, where it began the
    /// transaction or is all of one; later the transaction has failed and only its caller can run it again.
    /// - Returns: the rows of each statement, in order.
    @discardableResult
    func run(_ statements: [Statement], _ run: Run = Run()) throws(PostgresError) -> [PostgresRows] {
        let begins = !isInTransaction
        do throws(PostgresError) {
            return try runOnce(statements, run)
        } catch {
            guard error.kind == .stalePlan else { throw error }
            self.statements.removeAll(serverKeeps: error.sqlstate != "26000")
            guard begins, !isBroken else { throw error }
            if isInTransaction { try runOnce([], Run(activity: "rolling back", begin: "ROLLBACK")) }
            return try runOnce(statements, run)
        }
    }

    /// Ends whatever transaction there is. Nothing interrupts it; a server that doesn't answer costs the connection.
    func rollBack() {
        guard !isBroken, isInTransaction else { return }
        let interrupted = cancellation
        cancellation = nil
        defer { cancellation = interrupted }
        do {
            try runOnce([], Run(activity: "rolling back", begin: "ROLLBACK"))
        } catch {
            // The server rolls back what a lost connection leaves, and the error that led here is the one to tell.
            abandon()
        }
    }

    @discardableResult
    private func runOnce(_ statements: [Statement], _ run: Run) throws(PostgresError) -> [PostgresRows] {
        func activity() -> String {
            run.activity ?? statements.first.map { "running \(PostgresError.excerpt($0.sql))" } ?? "committing"
        }
        let endsTransaction = run.commits || (run.begin == nil && !isInTransaction)
        return try exchange(activity()) { () throws(PostgresError) in
            let steps = plan(statements, run)
            var settled = 0
            defer { for step in steps[settled...] { forget(step) } }
            var failure: PostgresError?
            var rows: [PostgresRows] = []
            do throws(PostgresError) {
                for step in steps { try send(step, statements) }
                guard PQpipelineSync(pointer) == 1 else { throw lost(activity()) }
                try flush(activity())
                for step in steps {
                    let result = try receive(step, statements, run, failure: &failure)
                    if failure != nil { continue }
                    settled += 1
                    if case .execute = step, let result { rows.append(result) }
                }
                try receiveSync(activity())
            } catch {
                guard isBroken else { throw error }
                let told = failure ?? error
                let isOpen = told.sqlstate == nil || (run.commits && settled == steps.count - 1)
                throw told.with(outcomeUnknown: endsTransaction && isOpen)
            }
            if let failure { throw failure }
            return rows
        }
    }

    private func plan(_ statements: [Statement], _ run: Run) -> [Step] {
        var steps: [Step] = []
        if let begin = run.begin { steps.append(.command(begin)) }
        // In a transaction that has failed only its end is heard.
        if PQtransactionStatus(pointer) != PQTRANS_INERROR {
            steps += self.statements.takeOwed().map { .deallocate($0) }
        }
        for (index, statement) in statements.enumerated() {
            switch self.statements.plan(statement) {
            case .reuse(let entry):
                steps.append(.execute(entry, index: index))
            case .prepare(let entry):
                steps.append(.prepare(entry, index: index))
                steps.append(.execute(entry, index: index))
            }
        }
        if run.commits { steps.append(.commit) }
        return steps
    }

    /// Puts the books right for a step that the server didn't carry out.
    private func forget(_ step: Step) {
        switch step {
        case .prepare(let entry, _): statements.notPrepared(entry)
        case .deallocate(let name): statements.notDeallocated(name)
        case .command, .commit, .execute: break
        }
    }

    // MARK: Sending

    private func send(_ step: Step, _ statements: [Statement]) throws(PostgresError) {
        let sent: Int32
        switch step {
        case .command(let sql): sent = send(command: sql)
        case .commit: sent = send(command: "COMMIT")
        case .deallocate(let name): sent = send(command: "DEALLOCATE \(name)")
        case .prepare(let entry, _):
            let types = entry.types.map(\.rawValue)
            sent = PQsendPrepare(pointer, entry.name, entry.sql, Int32(types.count), types)
        case .execute(let entry, let index): sent = send(statements[index], name: entry.name)
        }
        guard sent == 1 else { throw lost("sending a statement") }
    }

    private func send(command sql: String) -> Int32 { PQsendQueryParams(pointer, sql, 0, nil, nil, nil, nil, 1) }

    private func send(_ statement: Statement, name: String) -> Int32 {
        let slots = statement.slots
        return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: slots.count) { values in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: slots.count * 2) { numbers in
                statement.bytes.withUnsafeBytes { bytes in
                    let base = bytes.baseAddress ?? UnsafeRawPointer(values.baseAddress.map { UnsafeRawPointer($0) })
                    for (index, slot) in slots.enumerated() {
                        // A nil pointer is a NULL, so that an empty value needs one to somewhere.
                        let start = slot.length < 0 ? nil : base?.advanced(by: slot.offset)
                        values.initializeElement(at: index, to: start?.assumingMemoryBound(to: CChar.self))
                        numbers.initializeElement(at: index, to: max(0, slot.length))
                        numbers.initializeElement(at: slots.count + index, to: 1)
                    }
                    return PQsendQueryPrepared(
                        pointer, name, Int32(slots.count), values.baseAddress, numbers.baseAddress,
                        numbers.baseAddress.map { $0 + slots.count }, 1)
                }
            }
        }
    }

    // MARK: Receiving

    /// Receives all that belongs to one step. The first failure of the pipeline is kept; what follows it was skipped.
    private func receive(
        _ step: Step,
        _ statements: [Statement],
        _ run: Run,
        failure: inout PostgresError?
    ) throws(PostgresError) -> PostgresRows? {
        var last: PostgresRows?
        func activity() -> String { describe(step, statements, run) }
        while let result = try nextResult(activity()) {
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                let rows = PostgresRows(owning: result)
                if case .commit = step, rows.commandTag != "COMMIT" {
                    failure =
                        failure
                        ?? PostgresError(
                            kind: .transactionAborted,
                            message: "rolled back, for a statement of the transaction had failed", activity: activity())
                }
                last = rows
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
            case PGRES_FATAL_ERROR:
                failure =
                    failure
                    ?? PostgresError(
                        result: result, activity: activity(), index: index(of: step, among: statements),
                        cancelling: isCancelling)
                PQclear(result)
            default:
                // COPY, which libpq refuses here and can't get out of.
                PQclear(result)
                abandon()
                throw .misuse("COPY runs by copyIn(_:) alone")
            }
        }
        // libpq answers "no more" for ever once the connection is gone.
        if isBroken { throw failure ?? lost(activity()) }
        return last
    }

    private func receiveSync(_ activity: @autoclosure () -> String) throws(PostgresError) {
        guard let result = try nextResult(activity()) else { throw lost(activity()) }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else {
            abandon()
            throw PostgresError(kind: .connectionLost, message: "out of step with the server", activity: activity())
        }
    }

    private func index(of step: Step, among statements: [Statement]) -> Int? {
        switch step {
        case .prepare(_, let index), .execute(_, let index): statements.count > 1 ? index : nil
        case .command, .commit, .deallocate: nil
        }
    }

    private func describe(_ step: Step, _ statements: [Statement], _ run: Run) -> String {
        switch step {
        case .command(let sql): sql == "ROLLBACK" ? "rolling back" : "beginning a transaction"
        case .commit: "committing"
        case .deallocate: "giving up a prepared statement"
        case .prepare(let entry, let index), .execute(let entry, let index):
            run.activity ?? "running \(place(index, statements.count))\(PostgresError.excerpt(entry.sql))"
        }
    }

    private func place(_ index: Int, _ count: Int) -> String {
        count > 1 ? "statement \(index + 1) of \(count): " : ""
    }
}
