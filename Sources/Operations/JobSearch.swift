import JobQueue
package import MailModel
import MailStore

/// Which jobs are meant; what is `nil` matches any.
package struct JobSearch: Sendable, Hashable {
    package var queue: String?
    package var kind: String?
    package var organization: OrganizationID?
    package var place: JobRecord.Place?
    /// The code of its last error.
    package var errorCode: String?
    /// A part of its last error; of its resource, too, while it isn't dead.
    package var text: String?

    package init(
        queue: String? = nil, kind: String? = nil, organization: OrganizationID? = nil, place: JobRecord.Place? = nil,
        errorCode: String? = nil, text: String? = nil
    ) {
        self.queue = queue
        self.kind = kind
        self.organization = organization
        self.place = place
        self.errorCode = errorCode
        self.text = text
    }

    /// What shards filter by.
    var filter: JobFilter {
        JobFilter(
            queue: queue, kind: kind, organization: organization.map { "\($0)" }, state: place?.state, text: text)
    }

    var letters: DeadLetterFilter {
        DeadLetterFilter(queue: queue, kind: kind, organizationID: organization, errorCode: errorCode, text: text)
    }

    /// Whether a job that the queue has matches in what the shards don't look at, or didn't where only running ones were
    /// asked for.
    func matches(_ job: JobDetail) -> Bool {
        func fits(_ wanted: String?, _ found: String) -> Bool { wanted.map { $0 == found } ?? true }
        guard errorCode.map({ $0 == job.lastError?.code }) ?? true, fits(queue, job.queue), fits(kind, job.kind),
            fits(organization.map { "\($0)" }, job.organization)
        else { return false }
        guard let text else { return true }
        return job.resource.contains(text)
            || job.lastError.map { $0.code.contains(text) || $0.text.contains(text) } ?? false
    }

    /// For the audit log: what was given, in words of ids.
    var description: String {
        let parts: [(String, String?)] = [
            ("queue", queue), ("state", place?.rawValue), ("kind", kind),
            ("organization", organization.map { "\($0)" }),
            ("error", errorCode), ("text", text.map { _ in "given" }),
        ]
        let given = parts.compactMap { name, value in value.map { "\(name)=\($0)" } }
        return given.isEmpty ? "jobs:all" : "jobs:" + given.joined(separator: ",")
    }
}
