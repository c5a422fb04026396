package import IMAPCore
package import MailModel

extension IMAPConnection {
    /// Looks over a mailbox in one round trip: all commands are under way together.
    ///
    /// An open folder among those asked for is opened again, since STATUS tells of it on some servers, Dovecot among them,
    /// what its session knew last. Only where the list is refused, or leaves INBOX out, does it take another round; what is refused once
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
        let reopened = offered.isEmpty ? nil : openFolder(among: paths, conversation)
        // What EXAMINE does not say must be asked for all the same.
        let isSaid = !offered.contains { $0 == .unseen || $0 == .size }
        let round = StatusRound(of: offered.isEmpty ? [] : paths.filter { $0 != reopened || !isSaid }, offered)
        let stages = listStages([], conversation)
        var commands: [Command] = []
        if let reopened { commands.append(.examine(reopened, condstore: asksForModSequences(conversation))) }
        if list { commands.append(.list(pattern: "*", returning: stages[0])) }
        commands += round.commands
        guard !commands.isEmpty else {
            return MailboxSurvey(folders: nil, statuses: round.results(nil, &conversation.news))
        }
        var answer = try await conversation.perform(Request(commands, window: 256))
        let replies = answer.replies
        let opening = reopened == nil ? nil : answer.outcomes.removeFirst()
        let listing = list ? answer.outcomes.removeFirst() : nil
        var statuses = round.results(answer, &conversation.news)
        if let reopened {
            var asked: MailboxStatus?
            if case .success(let status)? = statuses[reopened] { asked = status }
            statuses[reopened] = try await status(reopened, opening, replies, beside: asked, conversation)
        }
        guard list else { return MailboxSurvey(folders: nil, statuses: statuses) }
        let folders = try await self.folders(listing, replies, canAskLess: stages.count > 1, conversation)
        return MailboxSurvey(folders: folders, statuses: statuses)
    }

    /// The open folder, where it is asked for.
    private func openFolder(among paths: [FolderPath], _ conversation: Conversation) -> FolderPath? {
        guard conversation.phase == .selected, let open = conversation.news.openFolder, paths.contains(open) else {
            return nil
        }
        return open
    }

    /// What EXAMINE said, put into what STATUS said besides.
    private func status(
        _ path: FolderPath, _ outcome: Result<StatusResponse, IMAPError>?, _ replies: [Response],
        beside asked: MailboxStatus?, _ conversation: Conversation
    ) async throws(IMAPError) -> Result<MailboxStatus, IMAPError> {
        let end: StatusResponse
        switch outcome {
        case .success(let status): end = status
        case .failure(let error):
            conversation.news.opened(nil)
            return .failure(error)
        case nil: throw .protocolViolation("no answer to EXAMINE")
        }
        let (described, lacks) = SelectedMailbox.read(path, replies, end)
        conversation.news.opened(path, holding: described.exists)
        let mailbox = try await complete(described, lacking: lacks, conversation)
        var status = asked ?? MailboxStatus()
        status.messages = mailbox.exists
        status.uidNext = mailbox.uidNext
        status.uidValidity = mailbox.uidValidity
        status.highestModSequence = mailbox.highestModSequence
        status.mailboxID = mailbox.mailboxID
        return .success(status)
    }

    private func folders(
        _ outcome: Result<StatusResponse, IMAPError>?, _ replies: [Response], canAskLess: Bool,
        _ conversation: Conversation
    ) async throws(IMAPError) -> [ListedFolder] {
        var folders: [ListedFolder]
        switch outcome {
        case .success:
            folders = Self.gather(replies).0
        case .failure(.refused) where canAskLess:
            conversation.refusesListOptions = true
            folders = try await self.list(conversation, []).0
        case .failure(let error):
            throw error
        case nil:
            throw .protocolViolation("no answer to LIST")
        }
        try await addInbox(to: &folders, conversation)
        return folders
    }
}
