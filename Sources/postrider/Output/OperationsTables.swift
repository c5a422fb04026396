import JobQueue
import MailStore
import Operations

// Tables of the operator's commands, which `top` shows, too.

extension Table {
    static func queues(_ queues: [QueueSummary]) -> Table {
        var table = Table(
            "QUEUE", "STATE", "READY", "DELAYED", "PARKED", "ACTIVE", "OLDEST READY", "DONE/MIN", "FAILED/MIN")
        for queue in queues {
            table.row(
                queue.name, queue.isDraining ? "draining" : queue.isPaused ? "paused" : "open", "\(queue.ready)",
                "\(queue.delayed)", queue.parked.map { "\($0)" } ?? "?", "\(queue.active)",
                queue.oldestReady.map(Amount.span) ?? "-", queue.rate.map { Amount.rate($0.processed) } ?? "-",
                queue.rate.map { Amount.rate($0.failed) } ?? "-")
        }
        return table
    }

    static func workers(_ workers: [WorkerSummary]) -> Table {
        var table = Table("WORKER", "STATE", "RUNS", "OF", "MEMORY", "HEARD", "HOST", "PID", "VERSION", "QUEUES")
        for worker in workers {
            table.row(
                worker.name, worker.state.rawValue, "\(worker.running)", "\(worker.concurrency)",
                Amount.bytes(Int(worker.memoryBytes)), "\(Amount.span(worker.heartbeatAge)) ago", worker.identity.host,
                "\(worker.identity.processID)", worker.identity.version, worker.queues.joined(separator: ","))
        }
        return table
    }

    static func running(_ jobs: [RunningJob]) -> Table {
        var table = Table("WORKER", "KIND", "ELAPSED", "LEASE LEFT", "JOB", "PROGRESS")
        for running in jobs {
            let job = running.job
            let progress = job.progress.map { "\($0.done)/\($0.total.map(String.init) ?? "?") \($0.note)" } ?? ""
            table.row(
                job.worker ?? "-", job.kind, Amount.span(running.elapsed), Amount.span(running.leaseLeft), job.resource,
                (job.isCancelRequested ? "cancelling " : "") + progress)
        }
        return table
    }

    static func jobs() -> Table { Table("STATE", "QUEUE", "KIND", "TRIES", "SINCE (UTC)", "JOB", "") }

    mutating func job(_ job: JobRecord) {
        let since = job.place == .active ? job.claimedAt : job.diedAt ?? job.dueAt
        let note = job.error.map { "\($0)" } ?? job.parkedAt.map { "behind \($0)" } ?? ""
        row(
            job.place.rawValue, job.queue, job.kind, "\(job.attempts)",
            since.map(Moment.short(milliseconds:)) ?? "-", job.id, Table.cut(note, to: 80))
    }
}
