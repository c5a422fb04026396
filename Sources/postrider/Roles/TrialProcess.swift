import ArgumentParser
import Dispatch
import Foundation
import IMAP
import Synchronization

/// Tries messages in a process apart: a C parser that crashes or never returns takes nobody else along, and who did it can
/// be told by trying fewer.
enum TrialProcess {
    /// How a trial ended, nobody knows.
    private struct EndNotTold: Error, CustomStringConvertible {
        var description: String { "a trial of messages apart ended and nobody told how; they are tried again" }
    }

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
        let end = ChildEnd(of: process)
        try process.run()
        end.watch(process.processIdentifier)
        let isLate = Lateness()
        DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
            guard process.isRunning else { return }
            isLate.mark.store(true, ordering: .releasing)
            kill(process.processIdentifier, SIGKILL)
        }
        // A pipe that is full blocks: not on the threads that tasks share.
        DispatchQueue.global().async { write(messages, to: input.fileHandleForWriting) }
        let ending = await end.wait()
        if isLate.mark.load(ordering: .acquiring) { return "parsing it took longer than \(Int(patience)) s" }
        return switch ending {
        case .status(0): nil
        case .status, .signal: "parsing it ended the process with \(ending)"
        // That proves nothing about the messages: they are tried again.
        case .untold: throw EndNotTold()
        }
    }

    /// Shared with the clock that ends a trial; an atomic can't be captured by itself.
    private final class Lateness: Sendable {
        let mark = Atomic(false)
    }

    private static func write(_ messages: [FetchedMessage], to input: FileHandle) {
        // A process that has ended reads no more, and its ending tells why.
        defer { try? input.close() }
        do {
            for message in messages {
                guard let raw = message.raw else { continue }
                try input.write(contentsOf: ParseTrialCommand.header(count: raw.count))
                try raw.withBytes { bytes in
                    for start in stride(from: 0, to: bytes.count, by: ParseTrialCommand.step) {
                        try input.write(
                            contentsOf: Data(bytes[start..<min(start + ParseTrialCommand.step, bytes.count)]))
                    }
                }
            }
        } catch {}
    }
}
