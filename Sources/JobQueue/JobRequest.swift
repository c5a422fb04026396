/// A wish that a resource be looked at: the only thing that is ever put into the queue.
///
/// It holds names only, never payloads or secrets. A name is 1 to 512 bytes of UTF-8 without control characters.
package struct JobRequest: Sendable, Hashable {
    /// What is to be done. A resource has jobs of one kind.
    package var kind: String
    /// The queue that it waits in, one of the settings'.
    package var queue: String
    /// The unit of exclusion: at most one job of it waits or runs.
    package var resource: String
    /// Whose turn it takes.
    package var organization: String
    /// Names of the limits that the job must pass.
    package var gates: [String]
    package var priority: JobPriority
    /// Milliseconds since 1970-01-01 UTC by the clock of Redis; nil is at once.
    package var notBefore: Int64?

    package init(
        kind: String, queue: String = JobQueueSettings.defaultQueue, resource: String, organization: String,
        gates: [String] = [], priority: JobPriority = .periodic, notBefore: Int64? = nil
    ) {
        self.kind = kind
        self.queue = queue
        self.resource = resource
        self.organization = organization
        self.gates = gates
        self.priority = priority
        self.notBefore = notBefore
    }

    /// Names the first unusable field, or nil.
    var defect: String? {
        if !Self.isName(kind) { return "kind" }
        if !Self.isName(resource) { return "resource" }
        if !Self.isName(organization) { return "organization" }
        if !gates.allSatisfy(Self.isName) { return "gates" }
        if let notBefore, notBefore < 0 { return "notBefore" }
        return nil
    }

    // Control characters part the fields of Redis's members (see prelude.lua).
    static func isName(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
