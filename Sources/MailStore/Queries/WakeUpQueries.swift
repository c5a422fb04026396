import MailModel
import Postgres

/// How wake-ups travel, many in one statement.
enum WakeUpQueries {
    /// Parts the gates of one wake-up, since unnest makes no arrays from an array of arrays. No name holds it.
    private static let separator = "\u{1F}"
    /// The gates of a column that ``bind(_:to:)`` has made, in SQL.
    static func gates(_ column: String) -> String { "string_to_array(nullif(\(column), ''), chr(31))" }

    /// The types of what ``bind(_:to:)`` binds, from a parameter's number on.
    static func types(from first: Int) -> String {
        zip(first..., ["text", "text", "text", "uuid", "text", "int2", "timestamptz"])
            .map { "$\($0)::\($1)[]" }.joined(separator: ", ")
    }

    /// Queue, kind, resource, organization, gates, priority and not-before as seven arrays.
    static func bind(_ wakeUps: [WakeUp?], to statement: inout Statement) {
        statement.bind(wakeUps.map { $0?.queue })
        statement.bind(wakeUps.map { $0?.kind })
        statement.bind(wakeUps.map { $0?.resource })
        statement.bind(wakeUps.map { $0?.organizationID?.uuid })
        statement.bind(wakeUps.map { $0?.gates.joined(separator: separator) })
        statement.bind(wakeUps.map { $0.map { Int16(clamping: $0.priority) } })
        statement.bind(wakeUps.map { $0?.notBefore?.timestamp })
    }

    /// Asks for an account's visit, before whatever is periodic: the job that the scheduler makes for a due account, but
    /// for its priority. The names are those of AccountJobs, which is built upon this module.
    static func visit(_ account: AccountKey, notBefore: EpochSeconds? = nil) -> Statement {
        Statement(
            """
            INSERT INTO outbox (queue, kind, resource, organization_id, gates, priority, not_before)
            SELECT 'sync', 'sync', 'read:' || account_id, organization_id,
                   array_remove(ARRAY['account:' || account_id, 'organization:' || organization_id, host_gate], NULL), 0, $3
              FROM account_dispatch WHERE organization_id = $1 AND account_id = $2
            """, account.organizationID, account.accountID, notBefore?.timestamp)
    }
}

extension WakeUp {
    /// From seven columns in the order of ``WakeUpQueries/bind(_:to:)``.
    init(_ row: PostgresRow, from first: Int) throws {
        self.init(
            queue: try row.get(first), kind: try row.get(first + 1), resource: try row.get(first + 2),
            organizationID: try row.getOptional(first + 3), gates: try row.get(first + 4),
            priority: Int(try row.get(first + 5, as: Int16.self)), notBefore: try row.optionalMoment(first + 6))
    }
}
