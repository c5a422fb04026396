import Foundation
import JobQueue
import Logging
import Synchronization

/// Runs a job whose last worker ended with it, in a process of its own, so that it can take nobody else's work along.
///
/// This process keeps the lease and ends the run; the other one, `postrider worker --only RESOURCE --token TOKEN`, has the
/// same settings and says on its standard output how the run ended. If it ends without a word, the job has crashed, and
/// this time it is known to be the cause.
struct IsolatedRun: Sendable {
    let log: Logger

    func run(_ job: ClaimedJob, _ context: JobContext) async -> JobOutcome {
        log.notice(
            "a job's last worker ended with it; it runs in a process of its own",
            metadata: ["resource": "\(job.resource)", "crashes": "\(job.crashes)"])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["worker"] + Self.settingsFlags + ["--only", job.resource, "--token", "\(job.token)"]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        let ending: String
        do {
            ending = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    process.terminationHandler = { process in
                        continuation.resume(
                            returning: process.terminationReason == .uncaughtSignal
                                ? "signal \(process.terminationStatus)" : "status \(process.terminationStatus)")
                    }
                    do { try process.run() } catch { continuation.resume(throwing: error) }
                }
            } onCancel: {
                process.terminate()
            }
        } catch {
            return .retry(
                because: JobFailure(code: "isolation_failed", text: "its process could not be started: \(error)"))
        }
        // One short line, which the pipe holds whole.
        let said = output.fileHandleForReading.availableData
        if let outcome = try? JSONDecoder().decode(JobOutcome.self, from: said) { return outcome }
        if context.shouldStop { return .release }
        return .crashed(JobFailure(code: "crashed", text: "its process, which it had alone, ended with \(ending)"))
    }

    /// The settings that this process was given as flags; the environment is handed on by itself.
    private static var settingsFlags: [String] {
        let arguments = ProcessInfo.processInfo.arguments.dropFirst()
        var flags: [String] = []
        var isWanted = false
        for argument in arguments {
            if argument.hasPrefix("--") {
                let name = argument.split(separator: "=").first.map(String.init) ?? argument
                isWanted = !["--metrics-bind", "--concurrency", "--queues"].contains(name)
                if isWanted { flags.append(argument) }
            } else if isWanted {
                flags.append(argument)
                isWanted = false
            }
        }
        return flags
    }
}
