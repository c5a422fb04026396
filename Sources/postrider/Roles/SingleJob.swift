import Foundation
import JobQueue
import MailStore
import UnixSignals
import Worker

/// A process that has one job alone.
enum SingleJob {
    /// Runs a job whose lease another process holds, and says on standard output how far it is and how it ended.
    static func runApart(_ resource: String, token: String, _ assembly: Assembly) async throws {
        guard let detail = try await find(resource, assembly), let job = ClaimedJob(detail), "\(job.token)" == token
        else {
            throw SettingsError("the job \(resource) is not running under that token")
        }
        let store = try await assembly.store(role: .worker, withSecrets: true)
        let handler = try assembly.handler(store, trial: TrialProcess.run)
        let context = JobContext.apart(job)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let outcome = await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { context.stopApart() } }
            group.addTask {
                var told: JobProgress?
                // The pace at which progress is passed on; cancellation ends it at once.
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    guard let progress = context.progress, progress != told else { continue }
                    told = progress
                    try? say(.progress(progress))
                }
            }
            let outcome = await handler.handle(job, context)
            group.cancelAll()
            return outcome
        }
        try say(.ended(outcome))
    }

    private static func say(_ report: RunReport) throws {
        try FileHandle.standardOutput.write(contentsOf: try JSONEncoder().encode(report) + Data("\n".utf8))
    }

    /// Takes a job wherever it waits, and runs it to its end.
    static func takeAndRun(_ resource: String, _ assembly: Assembly) async throws {
        guard let detail = try await find(resource, assembly) else {
            throw SettingsError("there is no job \(resource); postrider queue jobs lists those that there are")
        }
        let store = try await assembly.store(role: .worker, withSecrets: true)
        let handler = try assembly.handler(store)
        var settings = try assembly.workerSettings()
        settings.bury = { try await handler.keep($0) }
        let pool = WorkerPool(
            queue: try assembly.queues().shard(of: detail.organization), settings: settings
        ) { await handler.handle($0, $1) }
        guard let outcome = try await pool.runOnly(resource: resource) else {
            throw SettingsError("the job \(resource) runs already, on \(detail.worker ?? "another worker")")
        }
        Terminal.error("\(resource) ended: \(outcome)")
    }

    private static func find(_ resource: String, _ assembly: Assembly) async throws -> JobDetail? {
        for shard in try assembly.queues().shards {
            if let detail = try await shard.job(resource: resource) { return detail }
        }
        return nil
    }
}
