import MailModel
import Threading

/// What a checkpoint's messages come to, given what is stored: which messages and blobs are new, which thread each is
/// in, which threads are made, joined or touched. Pure; ``CheckpointWriter`` carries it out.
struct CheckpointPlan {
    /// A message that is not stored yet.
    struct New {
        let id: MessageID
        let thread: ThreadID
        let message: NewMessage
        /// The earliest INTERNALDATE of its placements in this checkpoint.
        var receivedAt: EpochSeconds
        let isGuessed: Bool
        let joinedBy: JoinedBy?
        /// Whether every folder in which this checkpoint places it is watched and no Trash, and no flag says deleted, as
        /// a new row says by itself.
        var isPlain: Bool
    }

    /// A message with its id, whether stored before or new.
    struct Placed {
        let id: MessageID
        let message: NewMessage
    }

    /// A thread that this checkpoint makes.
    struct NewThread {
        let id: ThreadID
        var subject: String?
        var messageCount: Int
        var oldest: EpochSeconds
        var newest: EpochSeconds
    }

    private(set) var newMessages: [New] = []
    private(set) var newBlobs: [NewMessage] = []
    private(set) var placements: [Placed] = []
    /// Those placements whose message was stored before.
    private(set) var knownMessages: [Placed] = []
    private(set) var createdThreads: [NewThread] = []
    /// Threads that existed before and have gained something: new messages, other dates, or another thread.
    private(set) var touchedThreads: [ThreadID] = []
    /// Actions that its new messages raise.
    private(set) var raised: [RaisedAction] = []
    let assignment: ThreadAssignment

    init(_ messages: [NewMessage], stored: StoredContext, ownAddresses: Set<String>, ids: IDSource) {
        // One entry a message, however often it is placed: by the provider's id, else by content.
        var indexOfIdentity: [Identity: Int] = [:]
        var firsts: [NewMessage] = []
        var entryOf: [Int] = []
        var earliest: [EpochSeconds] = []
        var isPlain: [Bool] = []
        for message in messages {
            let identity = Identity(message)
            let isPlainHere = stored.plainFolders.contains(message.folder) && !message.flags.contains(.deleted)
            if let index = indexOfIdentity[identity] {
                entryOf.append(index)
                earliest[index] = min(earliest[index], message.internalDate)
                isPlain[index] = isPlain[index] && isPlainHere
            } else {
                indexOfIdentity[identity] = firsts.count
                entryOf.append(firsts.count)
                firsts.append(message)
                earliest.append(message.internalDate)
                isPlain.append(isPlainHere)
            }
        }
        let ties = BatchTies(firsts.map(\.threadable), stored: stored.links)

        assignment = ThreadAssigner.assign(
            batch: firsts.map(\.threadable), known: stored.links, subjectCandidates: stored.subjectCandidates,
            threadSizes: stored.threadSizes, ownAddresses: ownAddresses, makeID: { ids.make() })

        var created: [ThreadID: Int] = [:]
        for id in assignment.created { created[id] = -1 }
        var touched = Set(assignment.merged.map(\.into))
        var idOfEntry: [MessageID] = []
        var blobs = stored.blobs
        for (index, message) in firsts.enumerated() {
            let known =
                message.provider.messageID.flatMap { stored.byProviderID[$0] }
                ?? (message.provider.messageID == nil ? stored.byContent[message.sha256] : nil)
            if let known {
                idOfEntry.append(known.id)
                touched.insert(assignment.survivor(of: known.thread))
                continue
            }
            let thread = assignment.threads[index]
            let new = New(
                id: ids.make(), thread: thread, message: message, receivedAt: earliest[index],
                isGuessed: assignment.guessed.contains(index),
                joinedBy: assignment.guessed.contains(index) ? .subject : ties.first(of: index).map { .link($0) },
                isPlain: isPlain[index])
            idOfEntry.append(new.id)
            newMessages.append(new)
            if blobs.insert(message.sha256).inserted { newBlobs.append(message) }
            if let claim = message.claim, ties.misses(claim, seen: stored.seenLinks) {
                raised.append(RaisedAction(id: ids.make(), message: new.id, claim: claim))
            }
            if let slot = created[thread] {
                count(new, in: thread, slot: slot, created: &created)
            } else {
                touched.insert(thread)
            }
        }
        for (message, entry) in zip(messages, entryOf) {
            let placed = Placed(id: idOfEntry[entry], message: message)
            placements.append(placed)
            if stored.isKnown(message) { knownMessages.append(placed) }
        }
        placements = PlacementKey.lasts(of: placements) { PlacementKey($0.message) }
        touchedThreads = touched.subtracting(created.keys).sorted()
    }

    private mutating func count(_ new: New, in thread: ThreadID, slot: Int, created: inout [ThreadID: Int]) {
        guard slot >= 0 else {
            created[thread] = createdThreads.count
            createdThreads.append(
                NewThread(
                    id: thread, subject: new.message.subject, messageCount: 1, oldest: new.receivedAt,
                    newest: new.receivedAt))
            return
        }
        createdThreads[slot].messageCount += 1
        createdThreads[slot].newest = max(createdThreads[slot].newest, new.receivedAt)
        if new.receivedAt < createdThreads[slot].oldest {
            createdThreads[slot].oldest = new.receivedAt
            createdThreads[slot].subject = new.message.subject
        }
    }

    /// What makes two fetched messages the same one (product.md §5).
    private enum Identity: Hashable {
        case provider(String)
        case content([UInt8])

        init(_ message: NewMessage) {
            if let id = message.provider.messageID { self = .provider(id) } else { self = .content(message.sha256) }
        }
    }
}

extension StoredContext {
    func isKnown(_ message: NewMessage) -> Bool {
        if let id = message.provider.messageID { return byProviderID[id] != nil }
        return byContent[message.sha256] != nil
    }
}
