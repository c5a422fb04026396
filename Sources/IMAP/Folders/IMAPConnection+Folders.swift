package import IMAPCore
package import MailModel

extension IMAPConnection {
    /// Lists the folders, each once, in the server's order.
    ///
    /// Roles and statuses come with the list where the server can do that; a server that refuses the extended command
    /// is asked by the plain one (mail-exactness 13), then for each folder's status. An INBOX that is left out is asked
    /// for by name. That a folder is missing from a list proves nothing about it (12).
    ///
    /// - Parameter statusItems: what to say about each folder that can be opened; none for the names alone.
    package func listFolders(status statusItems: [StatusItem] = []) async throws(IMAPError) -> [ListedFolder] {
        let conversation = try takeTurn()
        defer { returnTurn() }
        let items = statusItems.filter { $0.isOffered(by: capabilities) }
        var (folders, statuses) = try await list(conversation, items)
        try await addInbox(to: &folders, conversation)
        if !items.isEmpty {
            let missing = folders.filter { $0.isSelectable && statuses[$0.path.raw] == nil }.map(\.path)
            for (path, result) in try await askStatus(conversation, of: missing, items) {
                // A folder that can be listed and not looked at keeps its place without a status.
                if case .success(let status) = result { statuses[path.raw] = status }
            }
        }
        for index in folders.indices { folders[index].status = statuses[folders[index].path.raw] }
        return folders
    }

    /// Asks for an INBOX that was left out of a list.
    func addInbox(to folders: inout [ListedFolder], _ conversation: Conversation) async throws(IMAPError) {
        guard !folders.contains(where: { $0.path.isInbox }) else { return }
        let answer = try await conversation.perform(Request(.list(pattern: "INBOX", returning: [])))
        for case .list(let response) in answer.replies where response.path.isInbox {
            folders.append(ListedFolder(response))
            return
        }
    }

    func list(
        _ conversation: Conversation, _ items: [StatusItem]
    ) async throws(IMAPError) -> ([ListedFolder], [[UInt8]: MailboxStatus]) {
        let stages = listStages(items, conversation)
        for (stage, options) in stages.enumerated() {
            let answer = try await conversation.perform(Request(.list(pattern: "*", returning: options)))
            switch answer.outcomes[0] {
            case .success:
                if stages.count > 1, stage + 1 == stages.count { conversation.refusesListOptions = true }
                return Self.gather(answer.replies)
            case .failure(.refused) where stage + 1 < stages.count:
                continue
            case .failure(let error):
                throw error
            case nil:
                throw .protocolViolation("no answer to LIST")
            }
        }
        return ([], [:])
    }

    /// The options to ask LIST with, and those to fall back to.
    func listStages(_ items: [StatusItem], _ conversation: Conversation) -> [[ListReturn]] {
        guard !conversation.refusesListOptions else { return [[]] }
        var stages: [[ListReturn]] = []
        var options: [ListReturn] = []
        if capabilities.hasSpecialUse { options.append(.specialUse) }
        if capabilities.hasListStatus, !items.isEmpty { options.append(.status(items)) }
        if !options.isEmpty { stages.append(options) }
        if options.count > 1 { stages.append([.specialUse]) }
        stages.append([])
        return stages
    }

    static func gather(_ replies: [Response]) -> ([ListedFolder], [[UInt8]: MailboxStatus]) {
        var folders: [ListedFolder] = []
        var seen: Set<[UInt8]> = []
        var statuses: [[UInt8]: MailboxStatus] = [:]
        for reply in replies {
            if case .list(let response) = reply, !response.path.raw.isEmpty, seen.insert(response.path.raw).inserted {
                folders.append(ListedFolder(response))
            } else if case .mailboxStatus(let name, let status) = reply {
                statuses[name] = status
            }
        }
        return (folders, statuses)
    }

    /// Asks for the status of many folders at once; they are pipelined.
    ///
    /// - Returns: for each folder its status, or why the server gave none.
    package func status(
        of paths: [FolderPath], items: [StatusItem]
    ) async throws(IMAPError) -> [FolderPath: Result<MailboxStatus, IMAPError>] {
        let conversation = try takeTurn()
        defer { returnTurn() }
        return try await askStatus(conversation, of: paths, items.filter { $0.isOffered(by: capabilities) })
    }

    func askStatus(
        _ conversation: Conversation, of paths: [FolderPath], _ items: [StatusItem]
    ) async throws(IMAPError) -> [FolderPath: Result<MailboxStatus, IMAPError>] {
        guard !items.isEmpty else { return [:] }
        let round = StatusRound(of: paths, items)
        guard !round.commands.isEmpty else { return round.results(nil, &conversation.news) }
        let answer = try await conversation.perform(Request(round.commands, window: 32))
        return round.results(answer, &conversation.news)
    }

    /// Where the user's own, others' and shared folders hang (RFC 2342); `nil` where the server can't say.
    package func namespaces() async throws(IMAPError) -> Namespaces? {
        let conversation = try takeTurn()
        defer { returnTurn() }
        guard capabilities.has("NAMESPACE") || capabilities.has("IMAP4REV2") else { return nil }
        for case .namespace(let namespaces) in try await conversation.perform(.namespace).replies {
            return namespaces
        }
        return nil
    }
}
