extension ClaimedJob {
    /// The run that goes on now, as operators see it; nil where none does.
    package init?(_ detail: JobDetail) {
        guard detail.state == .active, let token = detail.token else { return nil }
        self.init(
            id: detail.id, kind: detail.kind, queue: detail.queue, resource: detail.resource,
            organization: detail.organization, gates: detail.gates, priority: detail.priority, token: token,
            attempt: detail.attempt, enqueuedAt: detail.dueAt, crashes: detail.crashes, isSuspect: detail.isSuspect)
    }
}
