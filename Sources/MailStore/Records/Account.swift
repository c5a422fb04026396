package import MailModel

/// A connected mailbox.
package struct Account: Sendable, Hashable {
    /// How it signs in.
    package enum Authentication: String, Sendable, CaseIterable { case password, oauth2 }
    /// Which folders are synced: those chosen by name, or all but Trash, Spam and Drafts.
    package enum FolderMode: String, Sendable, CaseIterable { case selected, all }

    package let organizationID: OrganizationID
    package let id: AccountID
    package let ownerID: UserID
    package let address: String
    package let authentication: Authentication
    package let username: String
    package let imap: ServerSettings
    /// `nil` for an account that only receives.
    package let smtp: ServerSettings?
    package var state: AccountState
    package var problem: AccountProblem?
    package var folderMode: FolderMode?
    /// T of product.md §3.
    package var startedAt: EpochSeconds?
    package var windowSeconds: Int64
    package var intervalSeconds: Int
    package var firstSyncCompletedAt: EpochSeconds?
    package var lastSyncedAt: EpochSeconds?
    package var nextDueAt: EpochSeconds?

    package var key: AccountKey { AccountKey(organizationID: organizationID, accountID: id) }

    package init(
        organizationID: OrganizationID, id: AccountID, ownerID: UserID, address: String, authentication: Authentication,
        username: String, imap: ServerSettings, smtp: ServerSettings?, state: AccountState,
        problem: AccountProblem? = nil,
        folderMode: FolderMode? = nil, startedAt: EpochSeconds? = nil, windowSeconds: Int64 = 259_200,
        intervalSeconds: Int, firstSyncCompletedAt: EpochSeconds? = nil, lastSyncedAt: EpochSeconds? = nil,
        nextDueAt: EpochSeconds? = nil
    ) {
        self.organizationID = organizationID
        self.id = id
        self.ownerID = ownerID
        self.address = address
        self.authentication = authentication
        self.username = username
        self.imap = imap
        self.smtp = smtp
        self.state = state
        self.problem = problem
        self.folderMode = folderMode
        self.startedAt = startedAt
        self.windowSeconds = windowSeconds
        self.intervalSeconds = intervalSeconds
        self.firstSyncCompletedAt = firstSyncCompletedAt
        self.lastSyncedAt = lastSyncedAt
        self.nextDueAt = nextDueAt
    }
}
