package import MailModel
import Postgres

extension Store {
    /// An account's messages, newest first, but for those that were deleted.
    ///
    /// - Parameter before: the last message of the page before; `nil` for the first page.
    package func messages(
        of key: AccountKey, before: StoredMessage? = nil, limit: Int
    ) async throws(StoreError) -> [StoredMessage] {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT \(Self.messageColumns) FROM messages m
                     WHERE m.organization_id = $1 AND m.account_id = $2 AND m.deleted_at IS NULL
                       AND ($3::timestamptz IS NULL OR (m.received_at, m.id) < ($3, $4::uuid))
                     ORDER BY m.received_at DESC, m.id DESC LIMIT $5
                    """, key.organizationID, key.accountID, before?.receivedAt.timestamp, before?.id, Int64(limit)
                ))
            return try Self.completed(rows.map { try StoredMessage($0) }, of: key, in: session)
        }
    }

    /// A thread's messages, oldest first, but for those that were deleted.
    package func messages(of thread: StoredThread) async throws(StoreError) -> [StoredMessage] {
        let key = try await account(thread.accountID).key
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT \(Self.messageColumns) FROM messages m
                     WHERE m.organization_id = $1 AND m.account_id = $2 AND m.thread_id = $3 AND m.deleted_at IS NULL
                     ORDER BY m.received_at, m.id
                    """, key.organizationID, key.accountID, thread.id
                ))
            return try Self.completed(rows.map { try StoredMessage($0) }, of: key, in: session)
        }
    }

    package func message(_ id: MessageID) async throws(StoreError) -> StoredMessage {
        try await withSession { session in
            let (key, row) = try Self.find(id, in: session)
            return try Self.completed([StoredMessage(row)], of: key, in: session)[0]
        }
    }

    /// Reads a message's raw bytes in order, in pieces of at most 1 MiB.
    ///
    /// - Parameter receive: called with each piece, never at the same time.
    package func rawMessage(
        _ id: MessageID, _ receive: ([UInt8]) async throws -> Void
    ) async throws {
        let (key, sha256, whole) = try await withSession { session in
            let (key, row) = try Self.find(id, in: session)
            let sha256 = try StoredMessage(row).sha256
            let blob = try session.query(
                Statement(
                    "SELECT content FROM blobs WHERE organization_id = $1 AND account_id = $2 AND sha256 = $3",
                    key.organizationID, key.accountID, sha256
                ))
            guard let content = blob.first else {
                throw StoreError.notFound(kind: "content of a message", id: id.description)
            }
            return (key, sha256, try content.getOptional(0, as: [UInt8].self))
        }
        if let whole { return try await receive(whole) }
        var number: Int32 = 0
        while true {
            let wanted = number
            let pieces = try await withSession { session in
                try session.query(
                    Statement(
                        """
                        SELECT content FROM blob_chunks
                         WHERE organization_id = $1 AND account_id = $2 AND sha256 = $3 AND number >= $4
                         ORDER BY number LIMIT 4
                        """, key.organizationID, key.accountID, sha256, wanted
                    )
                ).map { try $0.get(0, as: [UInt8].self) }
            }
            if pieces.isEmpty { return }
            for piece in pieces { try await receive(piece) }
            number += Int32(pieces.count)
        }
    }

    private static let messageColumns = """
        m.organization_id, m.account_id, m.id, m.thread_id, m.header_message_id, m.subject, m.sent_at,
        m.sent_offset_minutes, m.sent_raw, m.received_at, m.direction, m.size, m.sha256, m.snippet, m.text_body,
        m.html_body, m.marks, m.thread_guessed, m.in_scope, m.trashed, m.deleted_at
        """

    private static func find(_ id: MessageID, in session: PostgresSession) throws -> (AccountKey, PostgresRow) {
        let rows = try session.query(
            Statement(
                """
                SELECT \(messageColumns) FROM accounts a
                  JOIN messages m ON m.organization_id = a.organization_id AND m.account_id = a.id
                 WHERE m.id = $1
                """, id
            ))
        guard let row = rows.first else { throw StoreError.notFound(kind: "message", id: id.description) }
        let key = AccountKey(organizationID: try row.get(0), accountID: try row.get(1))
        return (key, row)
    }

    /// Adds participants, placements and attachments: three queries in one pipeline, whatever the number of messages.
    private static func completed(
        _ messages: [StoredMessage], of key: AccountKey, in session: PostgresSession
    ) throws -> [StoredMessage] {
        guard !messages.isEmpty else { return [] }
        var messages = messages
        var indexOf: [MessageID: Int] = [:]
        for (index, message) in messages.enumerated() { indexOf[message.id] = index }
        let ids = messages.map(\.id.uuid)
        let rows = try session.pipeline([
            Statement(
                """
                SELECT message_id, role, name, address FROM message_participants
                 WHERE organization_id = $1 AND account_id = $2 AND message_id = ANY ($3::uuid[])
                 ORDER BY message_id, role, position
                """, key.organizationID, key.accountID, ids
            ),
            Statement(
                """
                SELECT p.message_id, f.path, p.uidvalidity, p.uid, p.flags, p.internaldate
                  FROM message_placements p
                  JOIN folders f ON f.organization_id = p.organization_id AND f.account_id = p.account_id
                   AND f.id = p.folder_id
                 WHERE p.organization_id = $1 AND p.account_id = $2 AND p.message_id = ANY ($3::uuid[])
                 ORDER BY p.message_id, f.path, p.uid
                """, key.organizationID, key.accountID, ids
            ),
            Statement(
                """
                SELECT message_id, part, filename, content_type, is_inline, content_id, transfer_encoding, body_from,
                       body_until, size
                  FROM attachments
                 WHERE organization_id = $1 AND account_id = $2 AND message_id = ANY ($3::uuid[])
                 ORDER BY message_id, body_from
                """, key.organizationID, key.accountID, ids
            ),
        ])
        for row in rows[0] {
            guard let index = indexOf[try row.get(0)] else { continue }
            messages[index].participants.append(
                NewMessage.Participant(
                    role: try row.known(1),
                    address: EmailAddress(name: try row.getOptional(2), address: try row.get(3))))
        }
        for row in rows[1] {
            guard let index = indexOf[try row.get(0)] else { continue }
            guard let uid = UID(rawValue: UInt32(clamping: try row.get(3, as: Int64.self))) else { continue }
            messages[index].placements.append(
                StoredMessage.Placement(
                    path: try row.get(1),
                    uidValidity: UIDValidity(rawValue: UInt32(clamping: try row.get(2, as: Int64.self))),
                    uid: uid, flags: try row.get(4), internalDate: try row.moment(5)))
        }
        for row in rows[2] {
            guard let index = indexOf[try row.get(0)] else { continue }
            messages[index].attachments.append(
                NewMessage.Attachment(
                    part: try row.get(1), filename: try row.getOptional(2), contentType: try row.get(3),
                    isInline: try row.get(4), contentID: try row.getOptional(5), transferEncoding: try row.get(6),
                    body: Int(try row.get(7, as: Int64.self))..<Int(try row.get(8, as: Int64.self)),
                    size: Int(try row.get(9, as: Int64.self))))
        }
        return messages
    }
}

extension StoredMessage {
    init(_ row: PostgresRow) throws {
        let instant = try row.optionalMoment(6)
        let raw = try row.getOptional(8, as: String.self)
        self.init(
            id: try row.get(2), accountID: try row.get(1), threadID: try row.get(3),
            messageID: try row.getOptional(4), subject: try row.getOptional(5),
            date: try raw.map {
                MessageDate(
                    instant: instant, offsetMinutes: try row.getOptional(7, as: Int16.self).map(Int.init), raw: $0)
            },
            receivedAt: try row.moment(9), direction: try row.get(10),
            size: Int(try row.get(11, as: Int64.self)), sha256: try row.get(12), snippet: try row.get(13),
            text: try row.getOptional(14), html: try row.getOptional(15),
            marks: try row.getOptional(16, as: [String].self) ?? [], isThreadGuessed: try row.get(17),
            isInScope: try row.get(18), isTrashed: try row.get(19), deletedAt: try row.optionalMoment(20)
        )
    }
}
