package import IMAPCore
package import MailModel

extension IMAPConnection {
    /// Fetches what the server knows about messages of the open folder, without the messages.
    ///
    /// Items that the server does not offer are left out. UIDs come in the server's order, which may be any
    /// (mail-exactness 10); those that weren't asked for are dropped (5). A UID that never comes is *unknown*: it may be
    /// expunged, or the server may have failed to say.
    ///
    /// A command that the server refuses ends the stream by that error once all that came was yielded; the connection
    /// stays usable.
    ///
    /// - Parameter items: bodies among them should be sections of headers, or partial: each is kept in memory up to
    ///   ``IMAPConnectionOptions/maximumSectionSize``.
    package func fetchAttributes(
        _ uids: UIDSet, items: [FetchItem]
    ) throws(IMAPError) -> FetchedBatches<FetchedAttributes> {
        let assembler = AttributeAssembler(
            requested: uids, maximumSectionSize: options.maximumSectionSize,
            asksForSections: items.contains { $0.isSection })
        return try fetch(uids, items, assembler: assembler, observesBudget: false)
    }

    /// Fetches whole messages of the open folder.
    ///
    /// As ``fetchAttributes(_:items:)``, and besides: the octets of a message count in the budget while its
    /// ``RawMessage`` lives, and the fetch pauses while the budget is used up. A consumer that gathers more than the
    /// whole budget before it lets go of anything therefore waits for itself.
    ///
    /// - Parameter items: what to ask for besides the body, which always is.
    package func fetchMessages(
        _ uids: UIDSet, items: [FetchItem] = [.uid, .flags, .internalDate, .size]
    ) throws(IMAPError) -> FetchedBatches<FetchedMessage> {
        let others = items.filter { !$0.isSection }
        return try fetch(
            uids, others + [.body(.whole)], assembler: MessageAssembler(requested: uids, options: options),
            observesBudget: true)
    }

    /// Fetches what changed among messages of the open folder since a mod-sequence: new ones and changed flags, and,
    /// where QRESYNC is enabled, what was removed (RFC 7162 §3.1.4, §3.2.6).
    ///
    /// Without QRESYNC removals must be found otherwise: then ``FolderChange/vanished(_:)`` never comes. A removal that
    /// happens while this runs is told here too, and also kept as news.
    ///
    /// - Parameters:
    ///   - uids: give an upper bound: of what lies beyond it some servers tell nothing, and of an open end others leave
    ///     out the highest (mail-exactness 6).
    ///   - since: what was seen last; changes with a higher one are told, and a 0 counts as 1.
    ///   - items: what to ask for; bodies among them are left out.
    /// - Throws: ``IMAPError/unusable(_:)`` where the server has no mod-sequences; else as
    ///   ``fetchAttributes(_:items:)``.
    package func fetchChanges(
        _ uids: UIDSet, since: ModSequence, items: [FetchItem] = [.uid, .flags]
    ) throws(IMAPError) -> FetchedBatches<FolderChange> {
        guard capabilities.hasCondstore else { throw .unusable("the server has no mod-sequences") }
        return try fetch(
            uids, items.filter { !$0.isSection && $0 != .modSequence },
            changes: ChangedSince(since, wantsVanished: isEnabled("QRESYNC")),
            assembler: ChangeAssembler(requested: uids, maximumSectionSize: options.maximumSectionSize),
            observesBudget: false)
    }

    private func fetch<Assembler: FetchAssembler>(
        _ uids: UIDSet, _ items: [FetchItem], changes: ChangedSince? = nil, assembler: Assembler,
        observesBudget: Bool
    ) throws(IMAPError) -> FetchedBatches<Assembler.Item> {
        let capabilities = capabilities
        var offered = items.filter { $0.isOffered(by: capabilities) }
        if !offered.contains(.uid) { offered.insert(.uid, at: 0) }
        guard !uids.isEmpty else { return FetchedBatches(NoBatches()) }
        let conversation = try takeTurn()
        do throws(IMAPError) {
            let commands = uids.lines().map { Command.uidFetch($0, offered, changes: changes) }
            try conversation.begin(Request(commands, window: 2, stopsAtRefusal: true), isStreaming: true)
        } catch {
            returnTurn()
            throw error
        }
        return FetchedBatches(
            FetchStream(self, conversation, assembler: assembler, observesBudget: observesBudget))
    }
}

extension FetchItem {
    fileprivate var isSection: Bool {
        switch self {
        case .body, .partialBody: true
        case .uid, .flags, .internalDate, .size, .modSequence, .gmailMessageID, .gmailThreadID, .gmailLabels,
            .emailID, .threadID:
            false
        }
    }
}
