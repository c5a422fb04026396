package import IMAPCore
package import MailModel

extension IMAPConnection {
    /// Opens a folder without changing anything in it, not even `\Recent`.
    ///
    /// Where the server has mod-sequences they are asked for, which switches CONDSTORE on if nothing did before.
    ///
    /// - Throws: ``IMAPError/refused(_:)`` where it can't be opened; then none is open.
    package func examine(_ path: FolderPath) async throws(IMAPError) -> SelectedMailbox {
        let conversation = try takeTurn()
        defer { returnTurn() }
        return try await open(path, conversation)
    }

    /// Leaves the open folder without changing anything in it (RFC 3691); nothing where none is open, or the server can't.
    package func unselect() async throws(IMAPError) {
        let conversation = try takeTurn()
        defer { returnTurn() }
        guard conversation.phase == .selected, capabilities.has("UNSELECT") || capabilities.has("IMAP4REV2") else {
            return
        }
        let answer = try await conversation.perform(Request(.unselect))
        if case .failure(let error)? = answer.outcomes[0] { throw error }
        conversation.news.opened(nil)
        conversation.selected = nil
    }

    func open(_ path: FolderPath, _ conversation: Conversation) async throws(IMAPError) -> SelectedMailbox {
        let asks = asksForModSequences(conversation)
        let mailbox: SelectedMailbox
        do throws(IMAPError) {
            mailbox = try await open(path, condstore: asks, conversation)
        } catch {
            // Offered and not understood: the plain command is.
            guard asks, case .refused(let refusal) = error, refusal.isBad else { throw error }
            conversation.refusesModSequences = true
            return try await open(path, condstore: false, conversation)
        }
        return mailbox
    }

    /// Whether EXAMINE has to ask for mod-sequences: they come by themselves once CONDSTORE is on.
    func asksForModSequences(_ conversation: Conversation) -> Bool {
        capabilities.hasCondstore && !conversation.enabled.contains("CONDSTORE") && !conversation.refusesModSequences
    }

    private func open(
        _ path: FolderPath, condstore: Bool, _ conversation: Conversation
    ) async throws(IMAPError) -> SelectedMailbox {
        let answer = try await conversation.perform(Request(.examine(path, condstore: condstore)))
        guard case .success(let end)? = answer.outcomes[0] else {
            // A refused one leaves no folder open.
            conversation.news.opened(nil)
            conversation.selected = nil
            if case .failure(let error)? = answer.outcomes[0] { throw error }
            throw .protocolViolation("no answer to EXAMINE")
        }
        let (mailbox, lacks) = SelectedMailbox.read(path, answer.replies, end)
        conversation.news.opened(path, holding: mailbox.exists)
        return try await complete(mailbox, lacking: lacks, conversation)
    }

    /// Asks by STATUS for what EXAMINE did not say (mail-exactness 4).
    func complete(
        _ described: SelectedMailbox, lacking lacks: Bool, _ conversation: Conversation
    ) async throws(IMAPError) -> SelectedMailbox {
        var mailbox = described
        defer { conversation.selected = mailbox }
        guard lacks else { return mailbox }
        let result = try await askStatus(conversation, of: [mailbox.path], [.uidNext, .uidValidity])[mailbox.path]
        if case .success(let status)? = result {
            mailbox.uidNext = mailbox.uidNext ?? status.uidNext
            if !mailbox.uidValidity.isStable, let validity = status.uidValidity { mailbox.uidValidity = validity }
        }
        return mailbox
    }
}

extension SelectedMailbox {
    /// Reads the answer to EXAMINE.
    ///
    /// - Returns: whether it lacks a UIDNEXT or a UIDVALIDITY.
    static func read(
        _ path: FolderPath, _ replies: [Response], _ end: StatusResponse
    ) -> (mailbox: SelectedMailbox, lacks: Bool) {
        var mailbox = SelectedMailbox(path: path)
        var hasUIDValidity = false
        for reply in replies {
            switch reply {
            case .exists(let count): mailbox.exists = count
            case .flags(let flags): mailbox.flags = flags
            case .status(let status):
                if case .closed? = status.code {
                    mailbox = SelectedMailbox(path: path)
                    hasUIDValidity = false
                }
                if case .uidValidity? = status.code { hasUIDValidity = true }
                mailbox.note(status.code)
            default: continue
            }
        }
        mailbox.note(end.code)
        return (mailbox, mailbox.uidNext == nil || !hasUIDValidity)
    }

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
