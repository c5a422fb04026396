import MailModel
import Postgres

/// Rows of `events`: ids only.
enum EventQueries {
    static func stateChanged(organization: OrganizationID, account: AccountID, to state: AccountState) -> Statement {
        Statement(
            """
            INSERT INTO events (organization_id, account_id, kind, subject_id, detail)
            VALUES ($1, $2, 'account.state_changed', $2, jsonb_build_object('state', $3::text))
            """, organization, account, state.rawValue
        )
    }
}
