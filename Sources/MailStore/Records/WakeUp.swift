package import MailModel

/// A wish that the queue look at something: what becomes a job. Names only, never payloads or secrets.
package struct WakeUp: Sendable, Hashable {
    package var queue: String
    package var kind: String
    /// The unit of exclusion: repeated wishes for one resource become one job.
    package var resource: String
    /// `nil` for the installation's own tasks.
    package var organizationID: OrganizationID?
    /// Names of the limits that the job must pass; without control characters.
    package var gates: [String]
    /// A smaller number goes first.
    package var priority: Int
    /// The job starts no earlier; `nil` is at once.
    package var notBefore: EpochSeconds?

    package init(
        queue: String, kind: String, resource: String, organizationID: OrganizationID?, gates: [String] = [],
        priority: Int, notBefore: EpochSeconds? = nil
    ) {
        self.queue = queue
        self.kind = kind
        self.resource = resource
        self.organizationID = organizationID
        self.gates = gates
        self.priority = priority
        self.notBefore = notBefore
    }
}
