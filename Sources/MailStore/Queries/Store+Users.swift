package import MailModel
import Postgres

extension Store {
    /// Makes a user of an organization.
    ///
    /// - Throws: `refused(user_exists)` where the organization has that address already.
    package func createUser(
        organization: OrganizationID, email: String, name: String, role: User.Role
    ) async throws(StoreError) -> User {
        let user = User(organizationID: organization, id: ids.make(), email: email, name: name, role: role)
        _ = try await withSession { session in
            do {
                return try session.execute(
                    Statement(
                        "INSERT INTO users (organization_id, id, email, name, role) VALUES ($1, $2, $3, $4, $5)",
                        user.organizationID, user.id, user.email, user.name, user.role.rawValue
                    ))
            } catch let error as PostgresError where error.kind == .uniqueViolation {
                throw StoreError.refused(
                    code: "user_exists", text: "the organization has a user with the address \(email) already")
            } catch let error as PostgresError where error.kind == .foreignKeyViolation {
                throw StoreError.notFound(kind: "organization", id: organization.description)
            }
        }
        return user
    }

    package func user(_ id: UserID) async throws(StoreError) -> User {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    "SELECT organization_id, id, email, name, role FROM users WHERE id = $1", id
                ))
            guard let row = rows.first else { throw StoreError.notFound(kind: "user", id: id.description) }
            return User(
                organizationID: try row.get(0), id: try row.get(1), email: try row.get(2),
                name: try row.get(3), role: try row.known(4)
            )
        }
    }
}
