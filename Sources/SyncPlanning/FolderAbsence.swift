package import MailModel

/// Whether a folder that LIST leaves out may be taken for gone (mail-exactness 12).
package enum FolderAbsence {
    package enum Decision: Sendable, Hashable {
        /// What isn't listed isn't there.
        case believe
        /// Nothing is gone; ask again on a later visit.
        case doubt(Doubt)
    }

    package enum Doubt: Sendable, Hashable {
        /// Nothing was listed at all: a mailbox has at least its INBOX.
        case nothingListed
        /// INBOX is stored and was left out; it can't be deleted (RFC 9051 §6.3.5).
        case inboxLeftOut
    }

    /// - Parameters:
    ///   - listed: of a complete, OK-tagged LIST.
    ///   - stored: all that are not marked as gone.
    package static func judge(listed: [FolderPath], stored: [FolderPath]) -> Decision {
        if listed.isEmpty { return .doubt(.nothingListed) }
        if stored.contains(where: isInbox), !listed.contains(where: isInbox) { return .doubt(.inboxLeftOut) }
        return .believe
    }

    /// INBOX is the one name that has no case (RFC 9051 §5.1).
    private static func isInbox(_ path: FolderPath) -> Bool {
        path.raw.count == 5 && zip(path.raw, "inbox".utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}
