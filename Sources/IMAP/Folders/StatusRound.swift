import IMAPCore
import MailModel

/// The STATUS commands for some folders, and what their answers come to.
struct StatusRound {
    let commands: [Command]
    private let asked: [FolderPath]
    /// Those that can't be asked for.
    private let refused: [FolderPath: IMAPError]

    init(of paths: [FolderPath], _ items: [StatusItem]) {
        var seen: Set<FolderPath> = []
        var asked: [FolderPath] = []
        var refused: [FolderPath: IMAPError] = [:]
        for path in paths where seen.insert(path).inserted {
            // A name with a line break in it can't be asked for; that costs this folder, not the others.
            if path.raw.allSatisfy({ $0 != 0x0D && $0 != 0x0A && $0 != 0 }) {
                asked.append(path)
            } else {
                refused[path] = .injection("a folder's name")
            }
        }
        self.asked = asked
        self.refused = refused
        commands = asked.map { .status($0, items) }
    }

    /// - Parameters:
    ///   - answer: to ``commands``, its outcomes in their order; `nil` where there were none.
    ///   - news: learns of the statuses, and gets as news those of folders that weren't asked for.
    func results(
        _ answer: Conversation.Answer?, _ news: inout NewsLedger
    ) -> [FolderPath: Result<MailboxStatus, IMAPError>] {
        var results = refused.mapValues { Result<MailboxStatus, IMAPError>.failure($0) }
        guard let answer else { return results }
        let keys = Set(asked.map { NewsLedger.key($0.raw) })
        var statuses: [[UInt8]: MailboxStatus] = [:]
        for case .mailboxStatus(let name, let status) in answer.replies {
            let key = NewsLedger.key(name)
            if keys.contains(key) {
                statuses[key] = status
            } else {
                news.note(.mailboxStatus(name: name, status))
            }
        }
        for (path, outcome) in zip(asked, answer.outcomes) {
            if case .failure(let error)? = outcome {
                results[path] = .failure(error)
            } else if let status = statuses[NewsLedger.key(path.raw)] {
                news.learn(status, of: path)
                results[path] = .success(status)
            } else {
                results[path] = .failure(.protocolViolation("OK to STATUS without a status"))
            }
        }
        return results
    }
}
