package import Cron
package import Failure
package import JobQueue
package import MailModel
package import MailStore

/// What went wrong with an operator's wish. Texts name the thing and the way out.
package enum OperationsError: Failing {
    case unknownQueue(String, known: [String])
    /// Neither waits, runs nor is dead.
    case unknownJob(String)
    case unknownWorker(String, known: [String])
    case unknownSchedule(String, known: [String])
    case unknownTask(String, known: [String])
    /// A schedule's account that isn't there.
    case unknownAccount(AccountID)
    /// The job is not where the deed needs it; says where it is and what can be done.
    case wrongPlace(job: String, is: JobRecord.Place, remedy: String)
    /// A value that can't be, and what it could be.
    case unusable(what: String, value: String, remedy: String)
    /// What a schedule's expression or zone is wrong about.
    case cron(CronError)
    /// A schedule has a tick at this very moment already, or is gone.
    case tickTaken(schedule: String)
    /// The jobs that were running when the wait ended.
    case notDrained(queue: String, active: Int)
    /// No scheduler has ever run on this shard, or Redis has lost its data.
    case queueNotEstablished(shard: String)
    case queue(JobQueueError)
    case store(StoreError)

    package var disposition: Disposition {
        switch self {
        case .unknownQueue, .unknownJob, .unknownWorker, .unknownSchedule, .unknownTask, .unknownAccount, .wrongPlace,
            .unusable, .cron:
            .permanent
        case .tickTaken: .retryNow
        case .notDrained, .queueNotEstablished: .retryLater
        case .queue(let error): error.disposition
        case .store(let error): error.disposition
        }
    }
}

extension OperationsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownQueue(let name, let known):
            "there is no queue \(name); there \(Self.listed(known))"
        case .unknownJob(let name):
            "there is no job \(name): it neither waits, runs nor is dead; `postrider queue jobs` lists what there is"
        case .unknownWorker(let name, let known):
            known.isEmpty
                ? "there is no worker \(name), nor any other"
                : "there is no worker \(name); there \(Self.listed(known))"
        case .unknownSchedule(let name, let known):
            known.isEmpty
                ? "there is no schedule \(name), nor any other; make one with `postrider schedule add`"
                : "there is no schedule \(name); there \(Self.listed(known))"
        case .unknownTask(let name, let known): "there is no maintenance task \(name); there \(Self.listed(known))"
        case .unknownAccount(let id):
            "there is no account \(id) to schedule; `postrider account list` lists those there are"
        case .wrongPlace(let job, let place, let remedy): "the job \(job) is \(place.rawValue); \(remedy)"
        case .unusable(let what, let value, let remedy): "\(what) is \(value), which can't be; \(remedy)"
        case .cron(let error): "\(error)"
        case .tickTaken(let schedule):
            "the schedule \(schedule) has a tick at this moment already; try again in a second"
        case .notDrained(let queue, let active):
            "\(active) jobs of the queue \(queue) still run; it stays paused and drains on "
                + "(`postrider queue show \(queue)` shows it, `queue resume` ends it)"
        case .queueNotEstablished(let shard):
            "the queue's shard \(shard) has no epoch: no scheduler has run on it yet, or Redis has lost its data; "
                + "start one with `postrider scheduler`"
        case .queue(let error): "\(error)"
        case .store(let error): "\(error)"
        }
    }

    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(20).joined(separator: ", ")
        return (names.count == 1 ? "is " : "are ") + shown + (names.count > 20 ? " and \(names.count - 20) more" : "")
    }
}
