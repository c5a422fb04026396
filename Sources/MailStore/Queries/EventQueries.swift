import MailModel
import Postgres

/// Rows of `events`: ids only.
enum EventQueries {
    /// An update of one account, and the event of its change of state where it has changed.
    ///
    /// - Parameter update: an `UPDATE accounts` that returns `state`; $1 is the organization and $2 the account.
    static func telling(_ update: String) -> String {
        """
        WITH earlier AS (SELECT state FROM accounts WHERE organization_id = $1 AND id = $2), changed AS (\(update))
        INSERT INTO events (organization_id, account_id, kind, subject_id, detail)
        SELECT $1, $2, 'account.state_changed', $2, jsonb_build_object('state', changed.state)
          FROM earlier, changed WHERE changed.state <> earlier.state
        """
    }

    static func stateChanged(organization: OrganizationID, account: AccountID, to state: AccountState) -> Statement {
        Statement(
            """
            INSERT INTO events (organization_id, account_id, kind, subject_id, detail)
            VALUES ($1, $2, 'account.state_changed', $2, jsonb_build_object('state', $3::text))
            """, organization, account, state.rawValue
        )
    }

    /// The events of actions that are new or changed.
    ///
    /// - Parameter actions: a common table expression (id, kind, state); $1 is the organization and $2 the account.
    static func actionsUpdated(_ actions: String) -> String {
        """
        INSERT INTO events (organization_id, account_id, kind, subject_id, detail)
        SELECT $1, $2, 'action.updated', id, jsonb_build_object('kind', kind, 'state', state) FROM \(actions)
        """
    }
}
