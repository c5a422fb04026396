import IMAPCore
import MailModel
import MailStore

/// Stored messages that have no place, while they are looked for.
struct OrphanSearch {
    private(set) var missing: [MessageID: Orphan]
    private(set) var found: [Checkpoint.Replacement] = []
    /// Seen in a synced folder, where they will be taken as arrivals, or not to be found for sure yet.
    private(set) var arriving: Set<MessageID> = []

    init(_ orphans: [Orphan]) {
        missing = Dictionary(orphans.map { ($0.messageID, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var isOver: Bool { missing.isEmpty }

    /// What a server can be asked for. Messages without a Message-ID can only be told by a provider's id.
    func keys(for capabilities: IMAPCapabilities) -> [SearchKey] {
        missing.values.sorted { $0.messageID < $1.messageID }.compactMap { orphan in
            if let id = orphan.providerMessageID {
                if capabilities.isGmail, let number = UInt64(id) { return .gmailMessageID(number) }
                if capabilities.hasObjectID { return .emailID(id) }
            }
            return orphan.headerMessageID.map { .header(field: "Message-ID", value: $0.rawValue) }
        }
    }

    /// Those that a message with these ids may be. HEADER finds substrings: the whole id counts.
    func candidates(messageID: HeaderMessageID?, providerID: String?) -> [Orphan] {
        missing.values.filter { orphan in
            if let id = providerID, orphan.providerMessageID == id { return true }
            guard let messageID else { return false }
            return orphan.headerMessageID == messageID
        }
    }

    mutating func found(_ orphan: Orphan, at place: Checkpoint.Replacement) {
        missing[orphan.messageID] = nil
        found.append(place)
    }

    /// Leaves those that aren't found to the next visit.
    mutating func postpone() {
        arriving.formUnion(missing.keys)
        missing = [:]
    }

    mutating func arrives(_ orphan: Orphan) {
        missing[orphan.messageID] = nil
        arriving.insert(orphan.messageID)
    }
}
