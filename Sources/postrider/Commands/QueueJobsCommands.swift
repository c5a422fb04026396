import ArgumentParser
import MailStore
import Operations

struct QueueJobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Lists jobs: those that wait and run, in no order, and then the dead.",
        discussion: "Each is named by what `postrider job` takes.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "A queue's name; all queues without it.") var queue: String?
    @OptionGroup var filter: JobSearchOptions
    @Option(help: ArgumentHelp("So many at most; 0 for all.", valueName: "n")) var limit = 100
    @Flag(help: "The dead alone, counted by their errors.") var grouped = false
    @Flag(help: "Print JSON Lines.") var json = false

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit \(limit) is below 0") }
    }

    func run() async throws {
        let operations = try await Assembly(await options.settings()).queueOperations()
        let search = filter.search(queue: queue)
        if grouped { return try await showGroups(operations, search) }
        var table = Table.jobs()
        var shown = 0
        var cursor: String?
        var isMore = false
        repeat {
            let page = try await operations.jobs(search, cursor: cursor)
            let wanted = limit == 0 ? page.jobs.count : min(page.jobs.count, limit - shown)
            for job in page.jobs.prefix(wanted) {
                if json { try JSONLine.print(JobView(job)) } else { table.job(job) }
            }
            shown += wanted
            cursor = page.next
            isMore = wanted < page.jobs.count || (cursor != nil && limit > 0 && shown == limit)
        } while cursor != nil && !isMore
        if !json { table.print() }
        if isMore { Terminal.error("there may be more; --limit 0 shows all") }
    }

    private func showGroups(_ operations: QueueOperations, _ search: JobSearch) async throws {
        var table = Table("JOBS", "QUEUE", "KIND", "LAST DIED (UTC)", "ERROR", "FOR INSTANCE")
        for group in try await operations.deadGroups(search) {
            if json {
                try JSONLine.print(DeadGroupView(group))
            } else {
                table.row(
                    "\(group.count)", group.queue, group.kind, Moment.short(group.lastDiedAt), group.errorCode,
                    Table.cut(group.errorText, to: 80))
            }
        }
        if !json { table.print() }
    }
}

struct QueueRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Retries all dead jobs of a queue that match, and those that wait after a failure.",
        discussion: "Dead ones wait again as soon as the scheduler has handed them to the queue.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The queue's name.") var queue: String
    @OptionGroup var filter: JobSearchOptions

    func run() async throws {
        let count = try await performOnAll(.retry, filter.search(queue: queue), options)
        print("\(count) jobs are tried again")
    }
}

struct QueueCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancels all jobs of a queue that match.",
        discussion: "Waiting ones go; running ones are asked to stop at their next checkpoint.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The queue's name.") var queue: String
    @OptionGroup var filter: JobSearchOptions
    @Flag(help: "Don't ask.") var yes = false

    func run() async throws {
        try Terminal.confirm("Cancel all matching jobs of \(queue)?", isAgreed: yes)
        let count = try await performOnAll(.cancel, filter.search(queue: queue), options)
        print("\(count) jobs are cancelled")
    }
}

struct QueuePurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Deletes all waiting jobs of a queue, or those that match; with --state dead, the dead.",
        discussion: """
            Accounts whose jobs are deleted are synced again by and by: at once in their interval where options say which \
            jobs, after the dispatch's hold where the whole queue is purged.
            """)
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The queue's name.") var queue: String
    @OptionGroup var filter: JobSearchOptions
    @Flag(help: "Don't ask.") var yes = false

    func run() async throws {
        let search = filter.search(queue: queue)
        let which = search.place.map { "\($0.rawValue)" } ?? "waiting"
        try Terminal.confirm("Delete all matching \(which) jobs of \(queue) for good?", isAgreed: yes)
        let count: Int
        if search == JobSearch(queue: queue) {
            let operations = try await Assembly(await options.settings()).queueOperations()
            defer { Terminal.endProgress() }
            count = try await operations.purge(queue: queue) { Terminal.progress("\($0) jobs …") }
        } else {
            count = try await performOnAll(.delete, search, options)
        }
        print("\(count) jobs are deleted")
    }
}

private func performOnAll(_ wish: JobWish, _ search: JobSearch, _ options: SettingsOptions) async throws -> Int {
    let operations = try await Assembly(await options.settings()).queueOperations()
    defer { Terminal.endProgress() }
    return try await operations.perform(wish, onAllMatching: search) { Terminal.progress("\($0) jobs …") }
}
