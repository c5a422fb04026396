package import MailModel

/// An account together with its organization, the leading key of all its rows.
package struct AccountKey: Sendable, Hashable {
    package let organizationID: OrganizationID
    package let accountID: AccountID

    package init(organizationID: OrganizationID, accountID: AccountID) {
        self.organizationID = organizationID
        self.accountID = accountID
    }
}
