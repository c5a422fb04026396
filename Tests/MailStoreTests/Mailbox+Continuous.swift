import MailModel
import MailStore
import Postgres

// What the tests of continuous sync share.
extension Mailbox {
    static let validity = UIDValidity(rawValue: 7)

    var trash: Folder { folder("Trash") }
    /// Not chosen.
    var alpha: Folder { folder("Projects/Alpha") }

    /// As if the first sync were over: from now on what happens is told.
    func completeFirstSync() async throws {
        try await database.execute(
            Statement(
                "UPDATE accounts SET state = 'live', first_sync_completed_at = now() WHERE id = $1", account.id))
        try await database.execute(Statement("DELETE FROM events"))
    }

    /// What was told since the last call, `kind:subject`, in order.
    func takeEvents() async throws -> [String] {
        let told = try await database.column(
            Statement("SELECT kind || ':' || subject_id FROM events ORDER BY id"), as: String.self)
        try await database.execute(Statement("DELETE FROM events"))
        return told
    }

    func id(of header: String) async throws -> MessageID {
        try await database.value(Statement("SELECT id FROM messages WHERE header_message_id = $1", header))
    }

    /// `in`, `trashed`, `deleted`, `absent`, as far as they are true, of the message with a Message-ID.
    func standing(of header: String) async throws -> String {
        try await database.value(
            Statement(
                """
                SELECT concat_ws(' ', CASE WHEN m.in_scope THEN 'in' END, CASE WHEN m.trashed THEN 'trashed' END,
                                 CASE WHEN a.message_id IS NOT NULL THEN 'absent' END,
                                 CASE WHEN m.deleted_at IS NOT NULL AND a.deleted_at = m.deleted_at THEN 'deleted' END)
                  FROM messages m LEFT JOIN message_absences a ON a.message_id = m.id WHERE m.header_message_id = $1
                """, header))
    }

    /// Where the message with a Message-ID lies, `path:uid`.
    func places(of header: String) async throws -> [String] {
        try await database.column(
            Statement(
                """
                SELECT f.path || ':' || p.uid FROM message_placements p JOIN messages m ON m.id = p.message_id
                  JOIN folders f ON f.id = p.folder_id WHERE m.header_message_id = $1 ORDER BY 1
                """, header), as: String.self)
    }
}

extension Checkpoint {
    /// UIDs of a folder's usual generation that are gone.
    static func removing(_ uids: [UInt32], from folder: Folder) -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.removals = [
            .init(folder: folder.id, uidValidity: Mailbox.validity, uids: UIDSet(normalising: uids.map { $0...$0 }))
        ]
        return checkpoint
    }

    mutating func place(
        _ message: MessageID, in folder: Folder, uid: UInt32, uidValidity: UIDValidity = Mailbox.validity,
        flags: [Flag] = [], at moment: Int64 = 0
    ) {
        replacements.append(
            .init(
                messageID: message, folder: folder.id, uidValidity: uidValidity, uid: UID(rawValue: uid)!, flags: flags,
                modSequence: nil, internalDate: EpochSeconds(StoreDatabase.now + moment)))
    }

    mutating func flag(_ flags: [Flag], _ folder: Folder, uid: UInt32, modSequence: UInt64? = nil) {
        flagChanges.append(
            .init(
                folder: folder.id, uidValidity: Mailbox.validity, uid: UID(rawValue: uid)!, flags: flags,
                modSequence: modSequence.map(ModSequence.init(rawValue:))))
    }
}
