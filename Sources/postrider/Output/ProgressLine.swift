import MailModel
import MailStore
import SyncPlanning

/// The first sync's progress on one line of a terminal.
enum ProgressLine {
    static func draw(_ progress: SyncProgress, now: EpochSeconds) -> String {
        guard progress.messagesFound > 0 else { return "looking through the mailbox …" }
        let share = Double(progress.messagesDone) / Double(progress.messagesFound)
        let width = 24
        let filled = Int((share * Double(width)).rounded(.down))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        var line = "\(bar) \(Int(share * 100)) %  \(progress.messagesDone)/\(progress.messagesFound) messages"
        line += "  \(progress.threadsDone)/\(progress.threadsFound) threads  \(Amount.bytes(progress.bytesDone))"
        if let left = secondsLeft(progress, now: now), left > 0 { line += "  \(Amount.duration(left)) left" }
        return line
    }

    /// From the pace so far; `nil` while there is none, or nothing is left.
    static func secondsLeft(_ progress: SyncProgress, now: EpochSeconds) -> Int? {
        guard let began = progress.beganAt, progress.messagesDone < progress.messagesFound else { return nil }
        return ProgressEstimate.secondsLeft(
            remaining: SyncTotals(
                threads: progress.threadsFound - progress.threadsDone,
                messages: progress.messagesFound - progress.messagesDone,
                bytes: progress.bytesFound - progress.bytesDone),
            done: SyncTotals(
                threads: progress.threadsDone, messages: progress.messagesDone, bytes: progress.bytesDone),
            elapsed: Double(max(1, now.rawValue - began.rawValue))
        ).map { Int($0.rounded(.up)) }
    }
}
