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
        if !folders.contains(where: { $0.path.isInbox }) {
            let answer = try await conversation.perform(Request(.list(pattern: "INBOX", returning: [])))
            for case .list(let response) in answer.replies where response.path.isInbox {
                folders.append(ListedFolder(response))
                break
            }
        }
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

    private func list(
        _ conversation: Conversation, _ items: [StatusItem]
    ) async throws(IMAPError) -> ([ListedFolder], [[UInt8]: MailboxStatus]) {
        var stages: [[ListReturn]] = []
        if capabilities.hasSpecialUse || capabilities.hasListStatus {
            var options: [ListReturn] = []
            if capabilities.hasSpecialUse { options.append(.specialUse) }
            if capabilities.hasListStatus, !items.isEmpty { options.append(.status(items)) }
            if !options.isEmpty { stages.append(options) }
            if options.count > 1 { stages.append([.specialUse]) }
        }
        stages.append([])
        for (stage, options) in stages.enumerated() {
            let answer = try await conversation.perform(Request(.list(pattern: "*", returning: options)))
            switch answer.outcomes[0] {
            case .success:
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

    private static func gather(_ replies: [Response]) -> ([ListedFolder], [[UInt8]: MailboxStatus]) {
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
        var results: [FolderPath: Result<MailboxStatus, IMAPError>] = [:]
        guard !items.isEmpty else { return results }
        var commands: [Command] = []
        var asked: [FolderPath] = []
        for path in Set(paths) {
            // A name with a line break in it can't be asked for; that costs this folder, not the others.
            guard path.raw.allSatisfy({ $0 != 0x0D && $0 != 0x0A && $0 != 0 }) else {
                results[path] = .failure(.injection("a folder's name"))
                continue
            }
            asked.append(path)
            commands.append(.status(path, items))
        }
        guard !commands.isEmpty else { return results }
        let answer = try await conversation.perform(Request(commands, window: 32))
        var statuses: [[UInt8]: MailboxStatus] = [:]
        for case .mailboxStatus(let name, let status) in answer.replies { statuses[Self.key(name)] = status }
        for (path, outcome) in zip(asked, answer.outcomes) {
            if case .failure(let error)? = outcome {
                results[path] = .failure(error)
            } else if let status = statuses[Self.key(path.raw)] {
                results[path] = .success(status)
            } else {
                results[path] = .failure(.protocolViolation("OK to STATUS without a status"))
            }
        }
        return results
    }

    /// INBOX is the one name that has no case.
    private static func key(_ name: [UInt8]) -> [UInt8] {
        name.count == 5 && String(decoding: name, as: UTF8.self).uppercased() == "INBOX" ? Array("INBOX".utf8) : name
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

    /// Opens a folder without changing anything in it, not even `\Recent`.
    ///
    /// - Throws: ``IMAPError/refused(_:)`` where it can't be opened; then none is open.
    package func examine(_ path: FolderPath) async throws(IMAPError) -> SelectedMailbox {
        let conversation = try takeTurn()
        defer { returnTurn() }
        let (replies, end) = try await conversation.perform(.examine(path))
        var mailbox = SelectedMailbox(path: path)
        var hasUIDValidity = false
        for reply in replies {
            switch reply {
            case .exists(let count): mailbox.exists = count
            case .flags(let flags): mailbox.flags = flags
            case .status(let status):
                if case .uidValidity? = status.code { hasUIDValidity = true }
                mailbox.note(status.code)
            default: continue
            }
        }
        mailbox.note(end.code)
        if mailbox.uidNext == nil || !hasUIDValidity {
            let result = try await askStatus(conversation, of: [path], [.uidNext, .uidValidity])[path]
            if case .success(let status)? = result {
                mailbox.uidNext = mailbox.uidNext ?? status.uidNext
                if !hasUIDValidity, let validity = status.uidValidity { mailbox.uidValidity = validity }
            }
        }
        return mailbox
    }
}

extension SelectedMailbox {
    fileprivate mutating func note(_ code: ResponseCode?) {
        switch code {
        case .uidValidity(let value): uidValidity = value
        case .uidNext(let value): uidNext = value
        case .highestModSequence(let value): highestModSequence = value.rawValue == 0 ? nil : value
        case .noModSequence: highestModSequence = nil
        case .permanentFlags(let flags): permanentFlags = flags
        case .readOnly: isReadOnly = true
        case .readWrite: isReadOnly = false
        case .mailboxID(let id): mailboxID = id
        default: return
        }
    }
}
