import Dispatch
import Foundation
import JobQueue
import Logging

/// Runs a job whose last worker ended with it, in a process of its own, so that it can take nobody else's work along.
///
/// This process keeps the lease and ends the run; the other one, `postrider worker --only RESOURCE --token TOKEN`, has the
/// same settings and says on its standard output how far it is and how the run ended, a ``RunReport`` a line. If it ends
/// without the last word, the job has crashed, and this time it is known to be the cause.
struct IsolatedRun: Sendable {
    let log: Logger

    /// Seconds from a cancellation until a process that did not heed it is killed; within what the worker then waits.
    private static let patience = 2.0
    /// From a process's end until no word of it is waited for any more.
    private static let echo = Duration.seconds(1)

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
        let end = ChildEnd(of: process)
        let (pieces, said) = AsyncStream.makeStream(of: Data.self)
        output.fileHandleForReading.readabilityHandler = { handle in
            let piece = handle.availableData
            if piece.isEmpty {
                handle.readabilityHandler = nil
                said.finish()
            } else {
                said.yield(piece)
            }
        }
        // A worker runs many of these, and descriptors are few.
        defer {
            output.fileHandleForReading.readabilityHandler = nil
            try? output.fileHandleForReading.close()
            try? output.fileHandleForWriting.close()
        }
        do {
            try process.run()
        } catch {
            return .retry(
                because: JobFailure(code: "isolation_failed", text: "its process could not be started: \(error)"))
        }
        // Only now: a process that was not started can't be ended.
        context.onStop { if process.isRunning { process.terminate() } }
        end.watch(process.processIdentifier)
        // A task of its own: this one may be cancelled, and the process still has to be waited for.
        let run = Task { () -> (outcome: JobOutcome?, ending: ChildEnd.Ending) in
            async let outcome = Self.listen(to: pieces, context)
            let ending = await end.wait()
            // The end of the pipe isn't always told either; what was written into it is there by then.
            let echo = Task {
                // A bound, not a wait for a state; cancelled where the pipe's end came.
                _ = try? await Task.sleep(for: Self.echo)
                said.finish()
            }
            defer { echo.cancel() }
            return (await outcome, ending)
        }
        let (outcome, ending) = await withTaskCancellationHandler {
            await run.value
        } onCancel: {
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
                if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            }
        }
        if let outcome { return outcome }
        if context.shouldStop { return .release }
        return .crashed(JobFailure(code: "crashed", text: "its process, which it had alone, ended with \(ending)"))
    }

    /// Passes on how far the run is until the process has said its last word, which is returned, or says no more.
    private static func listen(to pieces: AsyncStream<Data>, _ context: JobContext) async -> JobOutcome? {
        var rest = Data()
        for await piece in pieces {
            rest.append(piece)
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                // What is no report is nobody's: a library may have something to say as well.
                switch try? JSONDecoder().decode(RunReport.self, from: rest[..<end]) {
                case .progress(let progress): context.report(progress)
                case .ended(let told): return told
                case nil: break
                }
                rest.removeSubrange(...end)
            }
        }
        return nil
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
