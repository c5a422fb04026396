package import MailModel

/// Pairs a folder's new generation with the old one, after its UIDVALIDITY changed (mail-exactness 1 and 2).
///
/// ```
/// same provider id, of one stored message ────────────────▶ pair
/// Message-ID, INTERNALDATE and size, once on either side ─▶ pair
/// may still be one of the stored messages ────────────────▶ toFetch: its bytes tell
/// no stored message is like it ───────────────────────────▶ strangers: the rules of new mail decide
/// ```
package struct RestagePairing: Sendable, Equatable {
    /// A message of the new generation that is a stored one.
    package struct Pair: Sendable, Hashable {
        /// In the new generation.
        package let uid: UID
        package let message: MessageID
        /// In the generation that is given up. Wishes not yet applied follow it to the new one.
        package let oldUID: UID

        package init(uid: UID, message: MessageID, oldUID: UID) {
            self.uid = uid
            self.message = message
            self.oldUID = oldUID
        }
    }

    /// Ascending by UID.
    package internal(set) var pairs: [Pair] = []
    /// What has to be fetched, since only its bytes tell which stored message it is.
    package internal(set) var toFetch = UIDSet()
    /// What no stored placement of the folder can be. It is taken or skipped as in a first sync
    /// (``FirstSyncPlanner``, with pairs and `toFetch` as what is placed): that is how the old generation's skipped
    /// messages, of which nothing is stored, are skipped again.
    package internal(set) var strangers = UIDSet()
    /// Old placements that nothing was paired with, ascending by UID: gone, unless a fetched message has their bytes.
    package internal(set) var unpaired: [StoredIdentity] = []

    /// The UIDs of `pairs`.
    package var pairedUIDs: UIDSet { UIDSet(pairs.map(\.uid)) }

    /// - Parameters:
    ///   - new: every message of the folder's new generation, with its header fields read; an entry without a
    ///     Message-ID is one whose header has none.
    ///   - stored: the placements of the old generation.
    package static func pair(new: [IndexEntry], stored: [StoredIdentity]) -> RestagePairing {
        let old = OldGeneration(stored)
        let copies = Dictionary(grouping: new.compactMap(\.print), by: { $0 }).mapValues(\.count)
        var pairing = RestagePairing()
        var left: [IndexEntry] = []
        var taken: Set<UID> = []
        for entry in new.sorted(by: { $0.uid < $1.uid }) {
            guard let match = old.certain(entry, isOnlyCopy: entry.print.map { copies[$0] == 1 } ?? false) else {
                left.append(entry)
                continue
            }
            // Of several old placements of one message each is paired once, as far as they reach.
            let partner = match.first { !taken.contains($0.uid) } ?? match[0]
            taken.insert(partner.uid)
            pairing.pairs.append(Pair(uid: entry.uid, message: partner.message, oldUID: partner.uid))
        }
        pairing.unpaired = stored.filter { !taken.contains($0.uid) }.sorted { $0.uid < $1.uid }
        let open = OldGeneration(pairing.unpaired)
        for entry in left {
            if open.mayHold(entry) { pairing.toFetch.insert(entry.uid) } else { pairing.strangers.insert(entry.uid) }
        }
        return pairing
    }

    /// What tells a message nearly certainly: no two of a folder have had it by chance.
    fileprivate struct Print: Hashable {
        let messageID: HeaderMessageID
        let internalDate: EpochSeconds
        let size: Int
    }

    /// The stored side, by what it can be looked up by.
    private struct OldGeneration {
        private let byProvider: [String: [StoredIdentity]]
        private let byPrint: [Print: [StoredIdentity]]
        private let byMessageID: [HeaderMessageID: [StoredIdentity]]
        private let nameless: [StoredIdentity]

        init(_ stored: [StoredIdentity]) {
            let stored = stored.sorted { $0.uid < $1.uid }
            byProvider = Dictionary(grouping: stored.filter { $0.providerMessageID != nil }) {
                $0.providerMessageID ?? ""
            }
            var prints: [Print: [StoredIdentity]] = [:]
            var ids: [HeaderMessageID: [StoredIdentity]] = [:]
            for identity in stored {
                if let print = identity.print { prints[print, default: []].append(identity) }
                if let id = identity.headerMessageID { ids[id, default: []].append(identity) }
            }
            byPrint = prints
            byMessageID = ids
            nameless = stored.filter { $0.headerMessageID == nil }
        }

        /// The old placements of the one stored message that the entry certainly is.
        func certain(_ entry: IndexEntry, isOnlyCopy: Bool) -> [StoredIdentity]? {
            if let id = entry.providerMessageID, let found = byProvider[id] {
                let messages = Set(found.map(\.message))
                return messages.count == 1 ? found : nil
            }
            guard isOnlyCopy, let print = entry.print, let found = byPrint[print], found.count == 1,
                !Self.providersDiffer(found[0], entry)
            else { return nil }
            return found
        }

        /// Whether the entry's bytes could prove to be those of a stored message.
        func mayHold(_ entry: IndexEntry) -> Bool {
            if let id = entry.providerMessageID, byProvider[id] != nil { return true }
            if let id = entry.messageID { return byMessageID[id] != nil }
            return nameless.contains { !Self.providersDiffer($0, entry) }
        }

        /// Both sides have the provider's id, and it isn't the same: two messages, whatever else is equal.
        private static func providersDiffer(_ stored: StoredIdentity, _ entry: IndexEntry) -> Bool {
            guard let one = stored.providerMessageID, let other = entry.providerMessageID else { return false }
            return one != other
        }
    }
}

extension IndexEntry {
    fileprivate var print: RestagePairing.Print? {
        guard let messageID, size > 0 else { return nil }
        return RestagePairing.Print(messageID: messageID, internalDate: internalDate, size: size)
    }
}

extension StoredIdentity {
    fileprivate var print: RestagePairing.Print? {
        guard let headerMessageID, size > 0 else { return nil }
        return RestagePairing.Print(messageID: headerMessageID, internalDate: internalDate, size: size)
    }
}
