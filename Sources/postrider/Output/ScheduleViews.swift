import Entitlements
import MailStore
import Operations

struct ScheduleView: Encodable {
    struct Target: Encodable {
        let type: String
        let account_id, organization_id, plan, provider, task: String?

        init(_ target: Schedule.Target) {
            switch target {
            case .account(let key):
                type = "account"
                account_id = "\(key.accountID)"
                organization_id = "\(key.organizationID)"
                (plan, provider, task) = (nil, nil, nil)
            case .selection(let organization, let plan, let provider):
                type = "selection"
                organization_id = organization.map { "\($0)" }
                self.plan = plan?.rawValue
                self.provider = provider
                (account_id, task) = (nil, nil)
            case .task(let name):
                type = "task"
                task = name
                (account_id, organization_id, plan, provider) = (nil, nil, nil, nil)
            }
        }

        /// For tables.
        var words: String {
            switch type {
            case "account": "account \(account_id ?? "")"
            case "task": "task \(task ?? "")"
            default:
                "accounts"
                    + [("organization", organization_id), ("plan", plan), ("provider", provider)]
                    .compactMap { name, value in value.map { " \(name) \($0)" } }.joined()
            }
        }
    }

    let id, name, expression, zone, overlap, catch_up, created_at, updated_at: String
    let target: Target
    let catch_up_limit, jitter_seconds: Int
    let paused: Bool
    let paused_at, last_tick_at: String?
    let next_ticks: [String]
    /// Of the newest ticks.
    let recent: [String: Int]?
    let last_tick: TickView?

    init(_ schedule: Schedule, summary: ScheduleSummary? = nil) {
        let settings = schedule.settings
        id = "\(schedule.id)"
        name = settings.name
        expression = settings.expression
        zone = settings.zone
        overlap = settings.overlap.rawValue
        catch_up = settings.catchUp.rawValue
        catch_up_limit = settings.catchUpLimit
        jitter_seconds = settings.jitterSeconds
        created_at = Moment.rfc3339(schedule.createdAt)
        updated_at = Moment.rfc3339(schedule.updatedAt)
        target = Target(settings.target)
        paused = schedule.pausedAt != nil
        paused_at = schedule.pausedAt.map(Moment.rfc3339)
        last_tick_at = schedule.lastTickAt.map(Moment.rfc3339)
        next_ticks = (summary?.next ?? [schedule.nextTickAt].compactMap(\.self)).map(Moment.rfc3339)
        recent = summary.map { summary in
            var counts = ["failed": summary.failures]
            for decision in ScheduleTick.Decision.allCases {
                counts[decision.rawValue] = summary.decisions[decision] ?? 0
            }
            return counts
        }
        last_tick = summary?.lastTick.map(TickView.init)
    }

    init(_ summary: ScheduleSummary) { self.init(summary.schedule, summary: summary) }
}

struct TickView: Encodable {
    let schedule_id, tick_at, decision, decided_at: String
    let finished_at, outcome, error, resource: String?

    init(_ tick: ScheduleTick) {
        schedule_id = "\(tick.key.schedule)"
        tick_at = Moment.rfc3339(tick.key.tickAt)
        decision = tick.decision.rawValue
        decided_at = Moment.rfc3339(tick.decidedAt)
        finished_at = tick.finishedAt.map(Moment.rfc3339)
        outcome = tick.outcome
        error = tick.error
        resource = tick.wakeUp?.resource
    }
}
