import Foundation
import JobQueue

/// Who this process is among its like.
enum ProcessIdentity {
    static let worker = WorkerIdentity(
        name: name, host: host, processID: ProcessInfo.processInfo.processIdentifier, version: Version.current,
        startedAt: Int64(Date.now.timeIntervalSince1970 * 1_000))

    /// Of no two processes that live at once, were they to have one id on two hosts of one name.
    static let name =
        "\(host)-\(ProcessInfo.processInfo.processIdentifier)-\(String(UInt16.random(in: 0 ... .max), radix: 16))"

    private static let host = ProcessInfo.processInfo.hostName.split(separator: ".").first.map(String.init) ?? "host"
}
