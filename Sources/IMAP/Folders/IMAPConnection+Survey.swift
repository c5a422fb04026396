package import IMAPCore
package import MailModel

extension IMAPConnection {
    /// Looks over a mailbox in one round trip: all commands are under way together.
    ///
    /// With a folder open, a NOOP goes before, since the status of an open folder is on some servers what its session
    /// knew last. Only where the list is refused, or leaves INBOX out, does it take another round; what is refused once
    /// isn't asked again on this connection.
    ///
    /// - Parameters:
    ///   - list: whether to list the folders.
    ///   - paths: whose status to ask for.
    ///   - items: what to ask about each; those that the server does not offer are left out.
    /// - Throws: what ends the connection, and the refusal of the plain LIST. What goes wrong with one status is that
    ///   status's.
    package func survey(
        list: Bool, status paths: [FolderPath], items: [StatusItem]
    ) async throws(IMAPError) -> MailboxSurvey {
        let conversation = try takeTurn()
        defer { returnTurn() }
        let offered = items.filter { $0.isOffered(by: capabilities) }
        let round = StatusRound(of: offered.isEmpty ? [] : paths, offered)
        var commands: [Command] = []
        if conversation.phase == .selected { commands.append(.noop) }
        let stages = listStages([], conversation)
        if list { commands.append(.list(pattern: "*", returning: stages[0])) }
        let before = commands.count
        commands += round.commands
        guard !commands.isEmpty else {
            return MailboxSurvey(folders: nil, statuses: round.results(nil, &conversation.news))
        }
        var answer = try await conversation.perform(Request(commands, window: 256))
        let listOutcome = list ? answer.outcomes[before - 1] : nil
        answer.outcomes.removeFirst(before)
        let statuses = round.results(answer, &conversation.news)
        guard list else { return MailboxSurvey(folders: nil, statuses: statuses) }
        var folders: [ListedFolder]
        switch listOutcome {
        case .success: folders = Self.gather(answer.replies).0
        case .failure(.refused) where stages.count > 1:
            conversation.refusesListOptions = true
            folders = try await self.list(conversation, []).0
        case .failure(let error): throw error
        case nil: throw .protocolViolation("no answer to LIST")
        }
        try await addInbox(to: &folders, conversation)
        return MailboxSurvey(folders: folders, statuses: statuses)
    }
}
