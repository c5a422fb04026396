import ArgumentParser
import Foundation
import JobQueue
import Operations

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Single jobs, or chosen ones.",
        discussion: """
            A job is named as `queue jobs` names it: by its resource (read:ACCOUNT) while the queue has it, by an id once it \
            is dead. An account's id stands for its sync.
            """,
        subcommands: [Show.self, Retry.self, Run.self, Cancel.self, Delete.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a job with its attempts.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The job.") var job: String
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let story = try await Assembly(await options.settings()).queueOperations().job(job)
            if json { return try JSONLine.print(JobStoryView(story)) }
            print(story.resource)
            if let live = story.live { describe(live) }
            if let dead = story.dead { describe(dead) }
            if story.live == nil, story.dead == nil { print("  neither waits nor runs") }
            if story.attempts.isEmpty { return }
            print("")
            var table = Table("STARTED (UTC)", "TOOK", "OUTCOME", "TRY", "MESSAGES", "BYTES", "WORKER", "ERROR")
            for attempt in story.attempts {
                table.row(
                    Moment.short(milliseconds: attempt.startedAt),
                    attempt.finishedAt.map { Amount.span(.milliseconds($0 - attempt.startedAt)) } ?? "-",
                    attempt.outcome,
                    "\(attempt.attempt)", "\(attempt.messages)", Amount.bytes(attempt.bytes),
                    attempt.worker.isEmpty ? "-" : attempt.worker, attempt.error.map { "\($0)" } ?? "")
            }
            table.print()
        }

        private func describe(_ job: JobRecord) {
            var lines = [("state", job.place.rawValue + (job.isCancelRequested ? ", to be cancelled" : ""))]
            lines += [("kind", job.kind), ("queue", job.queue), ("priority", "\(job.priority)")]
            if job.place == .dead { lines.append(("id", job.id)) }
            if !job.organization.isEmpty { lines.append(("organization", job.organization)) }
            if !job.gates.isEmpty { lines.append(("gates", job.gates.joined(separator: ", "))) }
            if let gate = job.parkedAt { lines.append(("kept back by", gate)) }
            lines.append(("attempts", "\(job.attempts)"))
            if job.crashes > 0 { lines.append(("crashes", "\(job.crashes)")) }
            if let due = job.dueAt { lines.append(("due", Moment.rfc3339(milliseconds: due))) }
            if let claimed = job.claimedAt { lines.append(("claimed", Moment.rfc3339(milliseconds: claimed))) }
            if let end = job.leaseEndsAt { lines.append(("lease ends", Moment.rfc3339(milliseconds: end))) }
            if let failed = job.firstFailedAt { lines.append(("first failed", Moment.rfc3339(milliseconds: failed))) }
            if let died = job.diedAt { lines.append(("died", Moment.rfc3339(milliseconds: died))) }
            if let worker = job.worker { lines.append(("worker", worker)) }
            if let progress = job.progress {
                lines.append(
                    ("progress", "\(progress.done) of \(progress.total.map(String.init) ?? "?") \(progress.note)"))
            }
            if let error = job.error { lines.append(("last error", "\(error)")) }
            for (name, value) in lines {
                print("  " + name.padding(toLength: 13, withPad: " ", startingAt: 0) + value)
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Retries dead jobs; one that waits for its next attempt is ready at once.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The jobs.") var jobs: [String]
        @Flag(help: "Print JSON Lines.") var json = false
        func run() async throws { try await perform(.retry, jobs, options, json: json) }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes waiting jobs ready at once, as urgent as can be.",
            discussion:
                "They still have to pass their gates. To sync an account that has no job: postrider account sync.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The jobs.") var jobs: [String]
        @Flag(help: "Print JSON Lines.") var json = false
        func run() async throws { try await perform(.run, jobs, options, json: json) }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes waiting jobs, and asks running ones to stop at their next checkpoint.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The jobs.") var jobs: [String]
        @Flag(help: "Print JSON Lines.") var json = false
        func run() async throws { try await perform(.cancel, jobs, options, json: json) }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes dead or waiting jobs.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The jobs.") var jobs: [String]
        @Flag(help: "Print JSON Lines.") var json = false
        func run() async throws { try await perform(.delete, jobs, options, json: json) }
    }
}

private struct DeedView: Encodable {
    let job: String
    let result, problem: String?
}

/// Each job by itself: one that can't be had leaves the others' turn alone, and makes the exit code 1.
private func perform(_ wish: JobWish, _ jobs: [String], _ options: SettingsOptions, json: Bool) async throws {
    let operations = try await Assembly(await options.settings()).queueOperations()
    var failed = false
    for job in jobs {
        do {
            let deed = try await operations.perform(wish, on: job)
            if json {
                try JSONLine.print(DeedView(job: job, result: deed.rawValue, problem: nil))
            } else {
                print("\(job): \(deed.rawValue.replacing("_", with: " "))")
            }
        } catch let error as OperationsError {
            failed = true
            if json { try JSONLine.print(DeedView(job: job, result: nil, problem: "\(error)")) }
            Terminal.error("postrider: \(error)")
        }
    }
    if failed { throw ExitCode(1) }
}
