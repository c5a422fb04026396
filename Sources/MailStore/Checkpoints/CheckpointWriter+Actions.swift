import Foundation
import MailModel
import Postgres
import Threading

extension CheckpointWriter {
    /// Raises tracked actions, one a message and kind, with the wake-up for the account's visit that carries them out.
    func raisingStatements(_ raised: [RaisedAction]) -> [Statement] {
        guard !raised.isEmpty else { return [] }
        return [
            Statement(
                """
                WITH raised AS (
                    INSERT INTO actions (organization_id, account_id, id, kind, state, origin, message_id, wish)
                    SELECT $1, $2, u.id, u.kind, 'pending', u.origin, u.message_id, u.wish::jsonb
                      FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[])
                        AS u (id, kind, origin, message_id, wish)
                        ON CONFLICT (organization_id, account_id, message_id, kind) WHERE kind IN ('reply', 'forward')
                           DO NOTHING
                    RETURNING id, kind, state
                )
                \(EventQueries.actionsUpdated("raised"))
                """,
                account.organizationID, account.accountID, raised.map(\.id.uuid), raised.map(\.claim.kind.rawValue),
                raised.map(\.claim.origin.rawValue), raised.map(\.message.uuid), raised.map(\.claim.wish)),
            WakeUpQueries.visit(account),
        ]
    }

    /// What became of actions. One that is to be looked at again later brings the account's visit at that time.
    func outcomeStatements(_ outcomes: [Checkpoint.ActionOutcome]) throws -> [Statement] {
        guard !outcomes.isEmpty else { return [] }
        let results = try outcomes.map { try $0.result.map(Self.json) }
        var statements = [
            Statement(
                """
                WITH updated AS (
                    UPDATE actions a
                       SET state = u.state, result = coalesce(u.result, a.result), attempts = a.attempts + 1,
                           not_before = u.not_before,
                           finished_at = CASE WHEN u.state IN ('pending', 'running', 'unknown') THEN NULL ELSE now() END
                      FROM unnest($3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[])
                        AS u (id, state, result, not_before)
                     WHERE a.organization_id = $1 AND a.account_id = $2 AND a.id = u.id
                       AND a.state IN ('pending', 'running', 'unknown')
                    RETURNING a.id, a.kind, a.state
                )
                \(EventQueries.actionsUpdated("updated"))
                """,
                account.organizationID, account.accountID, outcomes.map(\.id.uuid), outcomes.map(\.state.rawValue),
                results, outcomes.map { $0.notBefore?.timestamp })
        ]
        if let next = outcomes.filter(\.state.isOpen).compactMap(\.notBefore).min() {
            statements.append(WakeUpQueries.visit(account, notBefore: next))
        }
        return statements
    }

    /// Servers say what they like; what PostgreSQL's JSON can't hold is replaced.
    private static func json(_ result: [String: String]) throws -> PostgresJSON {
        let pairs = result.map { ($0.replacing("\0", with: "\u{FFFD}"), $1.replacing("\0", with: "\u{FFFD}")) }
        let object = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return PostgresJSON(text: String(decoding: try encoder.encode(object), as: UTF8.self))
    }

    func missStatement(_ misses: [Checkpoint.Miss]) -> Statement {
        let misses = Array(Set(misses))
        return Statement(
            """
            INSERT INTO ancestor_misses (organization_id, account_id, header_id, everywhere, missed_at)
            SELECT $1, $2, u.header_id, u.everywhere, now() FROM unnest($3::text[], $4::bool[]) AS u (header_id, everywhere)
                ON CONFLICT (organization_id, account_id, header_id, everywhere) DO UPDATE SET missed_at = excluded.missed_at
            """,
            account.organizationID, account.accountID, misses.map(\.id.rawValue), misses.map(\.everywhere))
    }

    /// Makes the threads of messages and their ancestors one, each in its turn, since one may change what the next finds.
    ///
    /// - Returns: how many threads became part of another.
    func join(_ joins: [Checkpoint.Join]) throws -> Int {
        var joined = 0
        for join in joins where try self.join(join) { joined += 1 }
        return joined
    }

    private func join(_ join: Checkpoint.Join) throws -> Bool {
        let found = try session.pipeline([threadStatement(.stored(join.message)), threadStatement(join.ancestor)])
        guard let own = try found[0].first.map(JoinedThread.init) else { return false }
        guard let other = try found[1].first.map(JoinedThread.init) else {
            // Nobody bears the id yet, nor names it: whoever does joins this thread.
            guard case .header(let id) = join.ancestor else { return false }
            let key = LinkKey.messageID(id)
            _ = try session.execute(
                Statement(
                    """
                    INSERT INTO message_references (organization_id, account_id, kind, value, thread_id, seen)
                    VALUES ($1, $2, $3, $4, $5, false)
                        ON CONFLICT (organization_id, account_id, kind, value) DO UPDATE SET thread_id = excluded.thread_id
                    """, account.organizationID, account.accountID, key.kind, key.value, own.id))
            return false
        }
        if join.isGuess {
            _ = try session.execute(
                Statement(
                    """
                    UPDATE messages SET thread_guessed = true, joined_by = $4
                     WHERE organization_id = $1 AND account_id = $2 AND id = $3
                    """, account.organizationID, account.accountID, join.message, JoinedBy.forwardedBlock.text))
        }
        guard own.id != other.id, !own.isDecided, !other.isDecided,
            own.count + other.count <= ThreadAssigner.defaultBound
        else {
            return false
        }
        let (into, from) = own.id < other.id ? (own.id, other.id) : (other.id, own.id)
        try joinThreads([(from: from, into: into)])
        try refreshThreads([into])
        return true
    }

    private func threadStatement(_ ancestor: Checkpoint.Join.Ancestor) -> Statement {
        switch ancestor {
        case .stored(let id):
            Statement(
                """
                SELECT t.id, t.decided_by IS NOT NULL, t.message_count FROM messages m
                  JOIN threads t ON t.organization_id = $1 AND t.account_id = $2 AND t.id = m.thread_id
                 WHERE m.organization_id = $1 AND m.account_id = $2 AND m.id = $3
                """, account.organizationID, account.accountID, id)
        case .header(let id):
            Statement(
                """
                SELECT t.id, t.decided_by IS NOT NULL, t.message_count FROM message_references r
                  LEFT JOIN thread_aliases a
                    ON a.organization_id = $1 AND a.account_id = $2 AND a.alias_id = r.thread_id
                  JOIN threads t ON t.organization_id = $1 AND t.account_id = $2 AND t.id = coalesce(a.thread_id, r.thread_id)
                 WHERE r.organization_id = $1 AND r.account_id = $2 AND r.kind = $3 AND r.value = $4
                """, account.organizationID, account.accountID, LinkKey.messageID(id).kind, LinkKey.messageID(id).value)
        }
    }
}
