package import IMAPCore
import MailModel

extension IMAPConnection {
    /// Has the server tell of changes: of all folders of the scope where it offers NOTIFY, else of the first, which is
    /// opened for that unless it is open already. ``waitForNews(for:)`` hears what is told.
    ///
    /// To be called again after other folders were opened; where nothing has to be done, nothing is sent. What changed
    /// up to now must be looked for: what this returns tells how the folders stand as the telling begins.
    ///
    /// - Throws: the errors of ``examine(_:)``, and what ends the connection.
    package func push(_ scope: PushScope) async throws(IMAPError) -> PushStanding {
        let conversation = try takeTurn()
        defer { returnTurn() }
        conversation.news.expect(scope.folders)
        if capabilities.hasNotify, !conversation.push.hasLostNotify {
            if conversation.push.notified == scope {
                return PushStanding(means: .notify, opened: nil, statuses: [:])
            }
            if let statuses = try await notify(scope, conversation) {
                return PushStanding(means: .notify, opened: nil, statuses: statuses)
            }
        }
        let first = scope.folders[0]
        let opened: SelectedMailbox? =
            conversation.news.openFolder == first && conversation.phase == .selected
            ? nil : try await open(first, conversation)
        return PushStanding(means: conversation.push.means(capabilities), opened: opened, statuses: [:])
    }

    /// What came unasked since this was asked last, or since the last wait; an empty list where nothing did.
    ///
    /// - Throws: ``IMAPError/busy``.
    package func takeNews() throws(IMAPError) -> [FolderNews] {
        let conversation = try takeTurn()
        defer { returnTurn() }
        return conversation.news.take()
    }

    /// Tries from all that NOTIFY could tell to the least that is of use.
    ///
    /// - Returns: `nil` where the server takes none of it.
    private func notify(
        _ scope: PushScope, _ conversation: Conversation
    ) async throws(IMAPError) -> [FolderPath: MailboxStatus]? {
        let length = scope.folders.reduce(0) { $0 + $1.raw.count + 3 }
        let folders = length > 800 ? nil : scope.folders
        for (flags, names) in [(true, true), (true, false), (false, false)] {
            let answer = try await conversation.perform(
                Request(.notify(.changes(in: folders, flags: flags, names: names))))
            guard case .success? = answer.outcomes[0] else {
                guard case .failure(.refused)? = answer.outcomes[0] else {
                    if case .failure(let error)? = answer.outcomes[0] { throw error }
                    throw .protocolViolation("no answer to NOTIFY")
                }
                continue
            }
            conversation.push.notified = scope
            var statuses: [FolderPath: MailboxStatus] = [:]
            let named = Dictionary(
                scope.folders.map { (NewsLedger.key($0.raw), $0) }, uniquingKeysWith: { first, _ in first })
            for case .mailboxStatus(let name, let status) in answer.replies {
                guard let path = named[NewsLedger.key(name)] else { continue }
                statuses[path] = status
                conversation.news.learn(status, of: path)
            }
            return statuses
        }
        conversation.push.hasLostNotify = true
        return nil
    }
}
