import MailModel
import Postgres

/// Rows of `threads`, within a caller's transaction.
enum ThreadQueries {
    /// Counts, dates and subject of threads that existed before, taken from their messages anew: right whatever was
    /// there, and the same however often it is done.
    static func refresh(_ threads: [ThreadID], of key: AccountKey) -> Statement {
        Statement(
            """
            UPDATE threads t
               SET message_count = s.messages, oldest_at = s.oldest, newest_at = s.newest, subject = s.subject
              FROM unnest($3::uuid[]) AS u (id),
                   LATERAL (SELECT count(*) AS messages, min(received_at) AS oldest, max(received_at) AS newest,
                                   (array_agg(subject ORDER BY received_at, sha256))[1] AS subject
                              FROM messages m
                             WHERE m.organization_id = $1 AND m.account_id = $2 AND m.thread_id = u.id) s
             WHERE t.organization_id = $1 AND t.account_id = $2 AND t.id = u.id AND s.messages > 0
            """, key.organizationID, key.accountID, threads.map(\.uuid))
    }

    /// Removes those threads that have no message any more.
    static func removeEmpty(_ threads: [ThreadID], of key: AccountKey) -> Statement {
        Statement(
            """
            DELETE FROM threads t
             WHERE t.organization_id = $1 AND t.account_id = $2 AND t.id = ANY ($3::uuid[])
               AND NOT EXISTS (SELECT FROM messages m
                                WHERE m.organization_id = $1 AND m.account_id = $2 AND m.thread_id = t.id)
            """, key.organizationID, key.accountID, threads.map(\.uuid))
    }
}
