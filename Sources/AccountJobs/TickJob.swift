package import JobQueue
package import MailModel
package import MailStore

/// The job of a schedule's tick. Its name is the tick's key; what there is to do stands with the schedule.
package enum TickJob {
    package static let kind = "tick"

    /// What a tick wakes.
    package static func wakeUp(_ schedule: Schedule, tickAt: EpochSeconds) -> WakeUp {
        let organization: OrganizationID? =
            switch schedule.settings.target {
            case .account(let key): key.organizationID
            case .selection(let organization, _, _): organization
            case .task: nil
            }
        return WakeUp(
            queue: QueueNames.tasks, kind: kind, resource: "tick:\(schedule.id):\(tickAt.rawValue)",
            organizationID: organization, priority: JobPriority.periodic.rawValue)
    }

    /// The tick that a job is for; `nil` where its names are not of the form that ``wakeUp(_:tickAt:)`` makes.
    package static func tick(of job: ClaimedJob) -> TickKey? {
        let parts = job.resource.split(separator: ":")
        guard parts.count == 3, parts[0] == "tick", let schedule = ScheduleID(parts[1]), let tickAt = Int64(parts[2])
        else {
            return nil
        }
        return TickKey(schedule: schedule, tickAt: EpochSeconds(tickAt))
    }
}
