package import Entitlements
package import MailModel
import Postgres

extension Store {
    /// Makes a page of the accounts due now that match what is given and may run.
    ///
    /// - Parameters:
    ///   - provider: the IMAP host; `nil` matches any, as for the others.
    ///   - account: the last of the page before.
    ///   - limit: accounts a page.
    /// - Returns: the last account of the page and how many were made due; `nil` after the last page.
    package func makeDue(
        organization: OrganizationID?, plan: Plan?, provider: String?, after account: AccountID?, limit: Int
    ) async throws(StoreError) -> (last: AccountID, count: Int)? {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    WITH page AS MATERIALIZED (
                        SELECT a.organization_id, a.id FROM accounts a JOIN organizations o ON o.id = a.organization_id
                         WHERE a.id > coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'::uuid)
                           AND ($1::uuid IS NULL OR a.organization_id = $1) AND ($2::text IS NULL OR o.plan = $2)
                           AND ($3::text IS NULL OR lower(a.imap_host) = lower($3))
                         ORDER BY a.id LIMIT $5
                    ), locked AS MATERIALIZED (
                        SELECT d.organization_id, d.account_id FROM account_dispatch d
                          JOIN page p ON p.organization_id = d.organization_id AND p.id = d.account_id
                         WHERE d.runnable ORDER BY d.organization_id, d.account_id FOR NO KEY UPDATE OF d
                    ), due AS (
                        UPDATE account_dispatch d SET next_due_at = now(), dispatched_until = NULL FROM locked l
                         WHERE d.organization_id = l.organization_id AND d.account_id = l.account_id
                           AND (d.next_due_at > now() OR d.next_due_at IS NULL)
                        RETURNING d.account_id
                    )
                    SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1), (SELECT count(*) FROM due)
                    """, organization, plan?.rawValue, provider, account, Int64(limit)
                ))
            guard let row = rows.first, let last = try row.getOptional(0, as: AccountID.self) else { return nil }
            return (last, try row.get(1, as: Int.self))
        }
    }

    /// Whether any account is dispatched just now, so that its job may be running.
    package func hasHeldDispatches() async throws(StoreError) -> Bool {
        try await withSession { session in
            try session.query(
                Statement(
                    "SELECT EXISTS (SELECT FROM account_dispatch WHERE dispatched_until IS NOT NULL AND dispatched_until > now())"
                ))[0].get(0, as: Bool.self)
        }
    }
}
