import MailModel
import MailStore

/// Where a page of a search begins: a shard and its cursor, or a dead letter.
enum JobCursor {
    case shard(Int, String?)
    case dead(after: DeadLetterID?)

    var text: String {
        switch self {
        case .shard(let index, let cursor): "\(index):\(cursor ?? "")"
        case .dead(let id): "dead:\(id.map { "\($0)" } ?? "")"
        }
    }

    /// - Returns: nil for a text that no page gave.
    init?(text: String, shards: Int) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[0] == "dead" {
            if parts[1].isEmpty {
                self = .dead(after: nil)
            } else {
                guard let id = DeadLetterID(parts[1]) else { return nil }
                self = .dead(after: id)
            }
        } else {
            guard let index = Int(parts[0]), (0..<shards).contains(index), parts[1].allSatisfy(\.isNumber) else {
                return nil
            }
            self = .shard(index, parts[1].isEmpty ? nil : String(parts[1]))
        }
    }
}
