import ArgumentParser
import Dispatch
import Foundation
import IMAP
import Synchronization

/// Tries messages in a process apart: a C parser that crashes or never returns takes nobody else along, and who did it can
/// be told by trying fewer.
enum TrialProcess {
    /// How a trial ended, nobody knows.
    private struct EndNotTold: Error {}

    /// Seconds that one trial may take, and more for each MiB: what is sound takes a tenth of that.
    private static let patience = 8.0
    private static let patienceEachMiB = 0.5

    /// - Returns: `nil` if all messages came through, else how the process ended.
    static func run(_ messages: [FetchedMessage]) async throws -> String? {
        let bytes = messages.reduce(0) { $0 + ($1.raw?.count ?? 0) }
        let patience = patience + patienceEachMiB * Double(bytes >> 20)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [ParseTrialCommand.configuration.commandName ?? ""]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        let isLate = Atomic(false)
        let isTold = Atomic(false)
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { process in
                guard !isTold.exchange(true, ordering: .acquiringAndReleasing) else { return }
                if isLate.load(ordering: .acquiring) {
                    continuation.resume(returning: "parsing it took longer than \(Int(patience)) s")
                } else if process.terminationReason == .uncaughtSignal {
                    continuation.resume(
                        returning: "parsing it ended the process with signal \(process.terminationStatus)")
                } else if process.terminationStatus != 0 {
                    continuation.resume(
                        returning: "parsing it ended the process with status \(process.terminationStatus)")
                } else {
                    continuation.resume(returning: nil)
                }
            }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
                return
            }
            let pid = process.processIdentifier
            // What nobody tells proves nothing about the messages: they are tried again.
            @Sendable func look() {
                DispatchQueue.global().asyncAfter(deadline: .now() + 2) {
                    guard !isTold.load(ordering: .acquiring) else { return }
                    guard ChildProcess.hasEnded(pid) else { return look() }
                    DispatchQueue.global().asyncAfter(deadline: .now() + 1) {
                        guard !isTold.exchange(true, ordering: .acquiringAndReleasing) else { return }
                        continuation.resume(throwing: EndNotTold())
                    }
                }
            }
            look()
            DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
                guard process.isRunning else { return }
                isLate.store(true, ordering: .releasing)
                kill(process.processIdentifier, SIGKILL)
            }
            // A pipe that is full blocks: not on the threads that tasks share.
            DispatchQueue.global().async {
                do {
                    for message in messages {
                        guard let raw = message.raw else { continue }
                        try input.fileHandleForWriting.write(contentsOf: ParseTrialCommand.header(count: raw.count))
                        try raw.withBytes { bytes in
                            for start in stride(from: 0, to: bytes.count, by: ParseTrialCommand.step) {
                                let piece = bytes[start..<min(start + ParseTrialCommand.step, bytes.count)]
                                try input.fileHandleForWriting.write(contentsOf: Data(piece))
                            }
                        }
                    }
                    try input.fileHandleForWriting.close()
                } catch {
                    // A process that has ended reads no more, and its ending tells why.
                    try? input.fileHandleForWriting.close()
                }
            }
        }
    }
}
