package import MailModel

/// A person of an organization.
package struct User: Sendable, Hashable {
    /// What a user may do: only an admin changes the plan.
    package enum Role: String, Sendable, CaseIterable { case admin, regular }

    package let organizationID: OrganizationID
    package let id: UserID
    package let email: String
    package let name: String
    package let role: Role

    package init(organizationID: OrganizationID, id: UserID, email: String, name: String, role: Role) {
        self.organizationID = organizationID
        self.id = id
        self.email = email
        self.name = name
        self.role = role
    }
}
