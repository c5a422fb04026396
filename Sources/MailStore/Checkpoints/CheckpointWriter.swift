import MailModel
import Postgres

/// Writes one checkpoint within a transaction that its caller begins and fences.
///
/// The order follows the foreign keys: threads, blobs, messages, what hangs on messages, placements; then what moved or
/// went, joined threads; with the fence and COMMIT, what all this means for messages and folders, cursors, actions, what
/// there is to tell, and the result. Rows are known to be new by look-ups made first, so that all of them go in by binary
/// COPY; no other writer can come between, since the lane has one holder and the fence refuses all others.
///
/// Rows are locked in the order messages, folders by id, accounts, account_dispatch, as by whoever else writes several
/// of these.
struct CheckpointWriter {
    let account: AccountKey
    /// The account's own addresses, lower-cased: they make a message outgoing.
    let addresses: Set<String>
    let ids: IDSource
    let session: PostgresSession

    func write(_ checkpoint: Checkpoint) throws -> CheckpointResult {
        var result = CheckpointResult()
        var effects = CheckpointEffects()
        if !checkpoint.messages.isEmpty { try writeMessages(checkpoint, into: &result, &effects) }
        try writeMovements(checkpoint, into: &result, &effects)
        try writeContents(of: checkpoint.quarantines)
        result.joinedThreads += try join(checkpoint.joins)
        try session.atCommit(try closingStatements(checkpoint, effects))
        return result
    }

    /// What is sent with the fence and COMMIT, and costs no round trip of its own.
    private func closingStatements(_ checkpoint: Checkpoint, _ effects: CheckpointEffects) throws -> [Statement] {
        var statements = standingStatements(effects)
        if !checkpoint.soughtOrphans.isEmpty { statements.append(deletionStatement(checkpoint.soughtOrphans)) }
        statements += raisingStatements(effects.raised)
        statements += try outcomeStatements(checkpoint.actionOutcomes)
        if !checkpoint.misses.isEmpty { statements.append(missStatement(checkpoint.misses)) }
        statements += unskipStatements(checkpoint)
        statements += quarantineStatements(checkpoint.quarantines)
        statements += checkpoint.skips.map(skipStatement)
        statements += folderStatements(checkpoint, effects)
        if let progress = checkpoint.progress { statements.append(progressStatement(progress)) }
        if let completion = checkpoint.completion { statements += completionStatements(completion) }
        return statements
    }
}
