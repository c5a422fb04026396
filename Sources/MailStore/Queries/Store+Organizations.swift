package import Entitlements
package import MailModel
import Postgres

extension Store {
    /// Makes an organization.
    ///
    /// - Parameter trialDays: from now; 0 for none.
    package func createOrganization(
        name: String, plan: Plan, seats: Int, trialDays: Int
    ) async throws(StoreError) -> Organization {
        let now = time.now
        let organization = Organization(
            id: ids.make(), name: name, plan: plan, seats: seats,
            trialEndsAt: trialDays > 0 ? now + Int64(trialDays) * 86_400 : nil, createdAt: now
        )
        _ = try await withSession { session in
            try session.execute(
                Statement(
                    """
                    INSERT INTO organizations (id, name, plan, seats, trial_ends_at, created_at)
                    VALUES ($1, $2, $3, $4, $5, $6)
                    """,
                    organization.id, organization.name, organization.plan.rawValue, Int32(organization.seats),
                    organization.trialEndsAt?.timestamp, organization.createdAt.timestamp
                ))
        }
        return organization
    }

    package func organization(_ id: OrganizationID) async throws(StoreError) -> Organization {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    "SELECT id, name, plan, seats, trial_ends_at, created_at FROM organizations WHERE id = $1", id
                ))
            guard let row = rows.first else { throw StoreError.notFound(kind: "organization", id: id.description) }
            return try Organization(row)
        }
    }

    /// All organizations, oldest first.
    package func organizations() async throws(StoreError) -> [Organization] {
        try await withSession { session in
            try session.query(
                Statement(
                    "SELECT id, name, plan, seats, trial_ends_at, created_at FROM organizations ORDER BY id"
                )
            ).map { try Organization($0) }
        }
    }
}

extension Organization {
    init(_ row: PostgresRow) throws {
        self.init(
            id: try row.get(0),
            name: try row.get(1),
            plan: try row.known(2),
            seats: Int(try row.get(3, as: Int32.self)),
            trialEndsAt: try row.optionalMoment(4),
            createdAt: try row.moment(5)
        )
    }
}
