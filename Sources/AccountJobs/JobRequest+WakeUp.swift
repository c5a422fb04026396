package import JobQueue
import MailModel
package import MailStore

extension JobRequest {
    /// The organization of the installation's own tasks: they take turns with the others as one.
    package static let installation = "installation"

    /// What a wake-up of the outbox asks for.
    package init(_ wakeUp: WakeUp) {
        self.init(
            kind: wakeUp.kind, queue: wakeUp.queue, resource: wakeUp.resource,
            organization: wakeUp.organizationID.map { "\($0)" } ?? Self.installation, gates: wakeUp.gates,
            priority: JobPriority(rawValue: min(max(wakeUp.priority, 0), 3)) ?? .periodic,
            notBefore: wakeUp.notBefore.map { $0.rawValue * 1_000 })
    }
}

extension WakeUp {
    /// What asks for a job again that was given up.
    package init(_ job: ClaimedJob) {
        self.init(
            queue: job.queue, kind: job.kind, resource: job.resource, organizationID: OrganizationID(job.organization),
            gates: job.gates, priority: job.priority.rawValue)
    }
}
