internal import Foundation

/// What a worker last said of itself.
package struct WorkerStatus: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case working, quiet, stopping
    }

    package let identity: WorkerIdentity
    package let queues: [String]
    package let concurrency: Int
    package let running: Int
    package let state: State
    /// Resident memory of its process.
    package let memoryBytes: Int64
    /// When it last said so, by the clock of Redis, milliseconds since 1970.
    package let lastSeen: Int64
}

extension WorkerStatus {
    /// What a worker says, as JSON.
    struct Message: Codable {
        let identity: WorkerIdentity
        let queues: [String]
        let concurrency: Int
        let running: Int
        let state: State
        let memoryBytes: Int64

        var text: String {
            guard let data = try? JSONEncoder().encode(self) else { return "" }
            return String(decoding: data, as: UTF8.self)
        }
    }

    /// Reads a value of the hash `workers`: the time, a blank, the message.
    init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let seen = Int64(parts[0]),
            let message = try? JSONDecoder().decode(Message.self, from: Data(parts[1].utf8))
        else { return nil }
        identity = message.identity
        queues = message.queues
        concurrency = message.concurrency
        running = message.running
        state = message.state
        memoryBytes = message.memoryBytes
        lastSeen = seen
    }
}
