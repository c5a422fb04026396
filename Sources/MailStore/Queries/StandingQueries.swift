import MailModel
import Postgres

/// What is true of messages by where they lie, within a caller's transaction.
///
/// ```
/// nowhere                                          ─▶ absent: an orphan, until it is found or was sought in vain
/// only in Trash, or flagged \Deleted where it lies ─▶ trashed; in scope if one of these folders is watched
/// elsewhere in a watched folder                    ─▶ in scope
/// elsewhere                                        ─▶ out of scope
/// ```
enum StandingQueries {
    /// A query's common table expressions that settle the standing of the messages of `affected (id)`, and find in
    /// `changed (id)` those of which something else is true now. A message that lies somewhere isn't deleted; one that
    /// lies nowhere keeps what was true of it.
    ///
    /// - Parameter affected: a query for the messages' ids; $1 is the organization and $2 the account.
    static func settling(_ affected: String) -> String {
        """
        WITH affected AS MATERIALIZED (\(affected)
        ), standing AS MATERIALIZED (
            SELECT a.id, s.placements, s.trashed, CASE WHEN s.trashed THEN s.watched ELSE s.live END AS in_scope
              FROM affected a, LATERAL (
                   SELECT count(*) AS placements, bool_or(here.watched) AS watched, bool_and(here.trashed) AS trashed,
                          bool_or(here.watched AND NOT here.trashed) AS live
                     FROM (SELECT is_watched(f.selectable, f.chosen, f.role, f.gone_at) AS watched,
                                  f.role IS NOT DISTINCT FROM 'trash' OR '\\Deleted' = ANY (p.flags) AS trashed
                             FROM message_placements p
                             JOIN folders f ON f.organization_id = $1 AND f.account_id = $2 AND f.id = p.folder_id
                            WHERE p.organization_id = $1 AND p.account_id = $2 AND p.message_id = a.id) AS here) s
        ), changed AS (
            UPDATE messages m SET in_scope = s.in_scope, trashed = s.trashed, deleted_at = NULL
              FROM standing s
             WHERE m.organization_id = $1 AND m.account_id = $2 AND m.id = s.id AND s.placements > 0
               AND (m.in_scope <> s.in_scope OR m.trashed <> s.trashed OR m.deleted_at IS NOT NULL)
            RETURNING m.id
        ), lost AS (
            INSERT INTO message_absences (organization_id, account_id, message_id)
            SELECT $1, $2, id FROM standing WHERE placements = 0 ON CONFLICT DO NOTHING
        ), found AS (
            DELETE FROM message_absences a USING standing s
             WHERE a.organization_id = $1 AND a.account_id = $2 AND a.message_id = s.id AND s.placements > 0
        )
        """
    }

    /// What there is to tell of an account: nothing of its mail before its first sync is complete.
    ///
    /// - Parameter told: a query for (kind, subject).
    static func telling(_ told: String) -> String {
        """
        INSERT INTO events (organization_id, account_id, kind, subject_id)
        SELECT $1, $2, t.kind, t.subject FROM accounts a, (\(told)) AS t (kind, subject)
         WHERE a.organization_id = $1 AND a.id = $2 AND a.first_sync_completed_at IS NOT NULL
        """
    }
}
