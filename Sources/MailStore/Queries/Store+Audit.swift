package import MailModel
import Postgres

extension Store {
    /// Adds an entry to an organization's audit log, and returns its number. Appends of one organization take turns.
    ///
    /// - Parameters:
    ///   - organization: `nil` for what concerns the whole installation.
    ///   - actor: who: `user:ID`, `token:ID`, `operator`.
    ///   - action: what: `schedule.create`.
    ///   - subject: on what: `schedule:ID`. Ids only, as in the rest.
    @discardableResult
    package func appendAudit(
        organization: OrganizationID?, actor: String, action: String, subject: String
    ) async throws(StoreError) -> Int64 {
        let statement = Statement(
            "SELECT append_audit($1, $2, $3, $4)", organization ?? Self.installation, actor, action, subject)
        return try await withSession { try $0.query(statement)[0].get(0) }
    }

    /// An organization's entries, newest first.
    ///
    /// - Parameters:
    ///   - organization: `nil` for what concerns the whole installation.
    ///   - number: only those before it, for the next page.
    package func auditLog(
        organization: OrganizationID?, before number: Int64? = nil, limit: Int
    ) async throws(StoreError) -> [AuditEntry] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT number, at, actor, action, subject, previous_hash, hash FROM audit_log
                     WHERE organization_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3
                    """, organization ?? Self.installation, number ?? .max, Int64(limit)
                )
            ).map { row in
                AuditEntry(
                    number: try row.get(0), at: try row.moment(1), actor: try row.get(2), action: try row.get(3),
                    subject: try row.get(4), previousHash: try row.get(5), hash: try row.get(6))
            }
        }
    }

    /// Walks an organization's chain from its oldest entry to its end. Reads all of it in one snapshot.
    package func verifyAudit(organization: OrganizationID?) async throws(StoreError) -> AuditVerdict {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    WITH links AS (
                        SELECT number,
                               hash IS NOT DISTINCT FROM
                                   audit_hash(previous_hash, organization_id, number, at, actor, action, subject)
                               AND previous_hash = CASE number WHEN 1 THEN sha256('')
                                                   ELSE coalesce(lag(hash) OVER chain, previous_hash) END
                               AND number = coalesce(lag(number) OVER chain + 1, number) AS holds
                          FROM audit_log WHERE organization_id = $1 WINDOW chain AS (ORDER BY number)
                    ), whole AS (
                        SELECT min(number) AS first, count(*) AS entries, min(number) FILTER (WHERE NOT holds) AS broken,
                               max(number) AS last
                          FROM links
                    )
                    SELECT coalesce(w.first, h.number + 1, 1), w.entries,
                           coalesce(w.broken, CASE WHEN h.number IS NULL AND w.entries > 0 THEN w.last
                                                   WHEN h.number > coalesce(w.last, 0) AND w.last IS NOT NULL
                                                   THEN w.last + 1
                                                   WHEN h.number < w.last THEN h.number + 1
                                                   WHEN h.number = w.last AND h.hash <> (
                                                        SELECT l.hash FROM audit_log l
                                                         WHERE l.organization_id = $1 AND l.number = w.last)
                                                   THEN w.last END)
                      FROM whole w LEFT JOIN audit_heads h ON h.organization_id = $1
                    """, organization ?? Self.installation
                ))
            if let broken = try rows[0].getOptional(2, as: Int64.self) { return .broken(at: broken) }
            return .intact(first: try rows[0].get(0), count: try rows[0].get(1))
        }
    }
}
