// The values that all of Postrider speaks of: ids, UIDs, flags, folders, addresses, dates. No rules, no I/O.
package import struct Foundation.UUID

/// A row's id with the kind of row in its type, so that an account's id can't stand where a thread's belongs.
///
/// Ids are version 7 UUIDs made by the program (``UUIDv7``); in JSON and on the command line they are lower-case
/// strings of 36 characters.
package struct Identifier<Subject>: Hashable, Sendable {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }

    /// An id from its text; `nil` when the text is no UUID.
    package init?(_ text: some StringProtocol) {
        guard let uuid = UUID(uuidString: String(text)) else { return nil }
        self.uuid = uuid
    }
}

extension Identifier: CustomStringConvertible {
    package var description: String { uuid.uuidString.lowercased() }
}

extension Identifier: Comparable {
    /// Order of the bytes, which for version 7 is the order of making, to the millisecond.
    package static func < (left: Self, right: Self) -> Bool {
        withUnsafeBytes(of: left.uuid.uuid) { l in
            withUnsafeBytes(of: right.uuid.uuid) { r in l.lexicographicallyPrecedes(r) }
        }
    }
}

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        uuid = try decoder.singleValueContainer().decode(UUID.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

package enum OrganizationSubject {}
package enum UserSubject {}
package enum AccountSubject {}
package enum FolderSubject {}
package enum MessageSubject {}
package enum ThreadSubject {}
package enum ActionSubject {}
package enum RunSubject {}
package enum QuarantineSubject {}
package enum AuditSubject {}

package typealias OrganizationID = Identifier<OrganizationSubject>
package typealias UserID = Identifier<UserSubject>
package typealias AccountID = Identifier<AccountSubject>
package typealias FolderID = Identifier<FolderSubject>
/// The id of a stored message. The `Message-ID:` header is a ``HeaderMessageID``.
package typealias MessageID = Identifier<MessageSubject>
package typealias ThreadID = Identifier<ThreadSubject>
package typealias ActionID = Identifier<ActionSubject>
/// The id of a job's run, in its history and in what it stored.
package typealias RunID = Identifier<RunSubject>
/// The id of a message that is held in quarantine.
package typealias QuarantineID = Identifier<QuarantineSubject>
/// The id of a proof of completeness.
package typealias AuditID = Identifier<AuditSubject>
