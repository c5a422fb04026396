import MailModel
import MailStore

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
        guard let began = progress.beganAt, progress.bytesDone > 0, progress.bytesDone < progress.bytesFound else {
            return nil
        }
        let elapsed = max(1, now.rawValue - began.rawValue)
        let rate = Double(progress.bytesDone) / Double(elapsed)
        return Int((Double(progress.bytesFound - progress.bytesDone) / rate).rounded(.up))
    }
}
