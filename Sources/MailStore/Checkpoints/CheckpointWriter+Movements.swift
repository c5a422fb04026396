import MailModel
import Postgres

extension CheckpointWriter {
    /// Places stored messages anew, takes placements away, and changes flags: in one round trip, whatever their number.
    func writeMovements(
        _ checkpoint: Checkpoint, into result: inout CheckpointResult, _ effects: inout CheckpointEffects
    ) throws {
        if !checkpoint.replacements.isEmpty {
            let rows = PlacementKey.lasts(of: checkpoint.replacements.map(PlacementRow.init(_:))) { $0.key }
            let changed = try place(rows, dating: rows)
            for message in changed { effects.moved(message) }
            effects.filled.formUnion(checkpoint.replacements.map(\.folder))
            result.placements += changed.count
        }
        let settled = checkpoint.settledGenerations.sorted { $0.key < $1.key }
        let leaving =
            checkpoint.removals.map(removalStatement) + settled.map { settleStatement($0.value, of: $0.key) }
        let changes = PlacementKey.lasts(of: checkpoint.flagChanges) { $0.key }
        let flags = changes.isEmpty ? [] : [flagStatement(changes)]
        guard !leaving.isEmpty || !flags.isEmpty else { return }
        let rows = try session.pipeline(leaving + flags)
        for gone in rows.prefix(leaving.count) {
            for row in gone { effects.moved(try row.get(0)) }
            result.removedPlacements += gone.count
        }
        if result.removedPlacements > 0 {
            effects.emptied.formUnion(checkpoint.removals.map(\.folder))
            effects.emptied.formUnion(settled.map(\.key))
        }
        guard !flags.isEmpty else { return }
        for row in rows[leaving.count] {
            guard try row.get(1) else { continue }
            result.changedFlags += 1
            let message: MessageID = try row.get(0)
            effects.updated.insert(message)
            if try row.get(2) { effects.unsettled.insert(message) }
        }
    }

    /// Writes placements by upsert, not COPY: the same UID may come again after a crash. One that has an unfinished wish
    /// keeps what the wish says.
    ///
    /// - Parameter dating: those of messages stored before, whose received_at may become earlier.
    /// - Returns: the messages whose placements are new or say something else than before.
    func place(_ rows: [PlacementRow], dating: [PlacementRow]) throws -> [MessageID] {
        var statements = [
            Statement(
                """
                INSERT INTO message_placements (organization_id, account_id, folder_id, uidvalidity, uid, message_id, flags,
                    modseq, internaldate)
                SELECT $1, $2, u.folder_id, u.uidvalidity, u.uid, u.message_id,
                       string_to_array(u.flags, ' '), u.modseq, u.internaldate
                  FROM unnest($3::uuid[], $4::int8[], $5::int8[], $6::uuid[], $7::text[], $8::int8[], $9::timestamptz[])
                    AS u (folder_id, uidvalidity, uid, message_id, flags, modseq, internaldate)
                ON CONFLICT (organization_id, account_id, folder_id, uidvalidity, uid) DO UPDATE
                   SET message_id = excluded.message_id, modseq = excluded.modseq, internaldate = excluded.internaldate,
                       flags = CASE WHEN message_placements.agreed_flags IS NULL THEN excluded.flags
                                    ELSE message_placements.flags END
                 WHERE (message_placements.message_id, message_placements.modseq, message_placements.internaldate,
                        message_placements.flags)
                       IS DISTINCT FROM (excluded.message_id, excluded.modseq, excluded.internaldate, excluded.flags)
                RETURNING message_id
                """,
                account.organizationID, account.accountID, rows.map(\.folder.uuid),
                rows.map { Int64($0.uidValidity.rawValue) }, rows.map { Int64($0.uid.rawValue) },
                rows.map(\.message.uuid), rows.map { FlagList.text($0.flags) },
                rows.map { $0.modSequence.map { Int64(bitPattern: $0.rawValue) } }, rows.map(\.internalDate.timestamp)
            )
        ]
        if !dating.isEmpty { statements.append(datingStatement(dating)) }
        return try session.pipeline(statements)[0].map { try $0.get(0) }
    }

    /// received_at is the earliest of the placements' dates, in whatever order they come. One row a message: of several,
    /// UPDATE would take any.
    private func datingStatement(_ rows: [PlacementRow]) -> Statement {
        Statement(
            """
            UPDATE messages m SET received_at = u.at
              FROM (SELECT id, min(at) AS at FROM unnest($3::uuid[], $4::timestamptz[]) AS p (id, at) GROUP BY id) u
             WHERE m.organization_id = $1 AND m.account_id = $2 AND m.id = u.id AND u.at < m.received_at
            """,
            account.organizationID, account.accountID, rows.map(\.message.uuid), rows.map(\.internalDate.timestamp))
    }

    /// Takes UIDs out of a folder, placed or skipped; returns the messages that lay there.
    private func removalStatement(_ removal: Checkpoint.Removal) -> Statement {
        let ranges = removal.uids.ranges
        return Statement(
            """
            WITH skipped AS (
                UPDATE folder_skips SET uids = uids - $7::text::int8multirange
                 WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                   AND uids && $7::text::int8multirange
            )
            DELETE FROM message_placements p USING unnest($5::int8[], $6::int8[]) AS r (first, last)
             WHERE p.organization_id = $1 AND p.account_id = $2 AND p.folder_id = $3 AND p.uidvalidity = $4
               AND p.uid BETWEEN r.first AND r.last
            RETURNING p.message_id
            """,
            account.organizationID, account.accountID, removal.folder, Int64(removal.uidValidity.rawValue),
            ranges.map { Int64($0.lowerBound) }, ranges.map { Int64($0.upperBound) }, removal.uids.multirange)
    }

    /// Drops what an earlier UIDVALIDITY said of a folder, once the present one is complete. Messages stay: only where
    /// they lay is forgotten.
    private func settleStatement(_ validity: UIDValidity, of folder: FolderID) -> Statement {
        Statement(
            """
            WITH skipped AS (
                DELETE FROM folder_skips
                 WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity <> $4
            )
            DELETE FROM message_placements
             WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity <> $4
            RETURNING message_id
            """,
            account.organizationID, account.accountID, folder, Int64(validity.rawValue))
    }

    /// New flags from the server. A placement that has an unfinished wish keeps what the wish says. Returns each changed
    /// placement's message, whether its flags are others, and whether `\Deleted` came or went.
    private func flagStatement(_ changes: [Checkpoint.FlagChange]) -> Statement {
        Statement(
            """
            WITH said AS MATERIALIZED (
                SELECT u.folder_id, u.uidvalidity, u.uid, u.flags, coalesce(u.modseq, b.modseq) AS modseq,
                       b.flags <> u.flags AS differs,
                       ('\\Deleted' = ANY (b.flags)) <> ('\\Deleted' = ANY (u.flags)) AS weighs
                  FROM (SELECT folder_id, uidvalidity, uid, string_to_array(flags, ' ') AS flags, modseq
                          FROM unnest($3::uuid[], $4::int8[], $5::int8[], $6::text[], $7::int8[])
                            AS u (folder_id, uidvalidity, uid, flags, modseq)) u,
                       -- Said so that each is looked up by its whole key, whatever the planner knows of the table.
                       LATERAL (SELECT flags, modseq FROM message_placements
                                 WHERE organization_id = $1 AND account_id = $2 AND folder_id = u.folder_id
                                   AND uidvalidity = u.uidvalidity AND uid = u.uid AND agreed_flags IS NULL OFFSET 0) b
                 WHERE b.flags <> u.flags OR b.modseq IS DISTINCT FROM coalesce(u.modseq, b.modseq)
            )
            UPDATE message_placements p SET flags = s.flags, modseq = s.modseq
              FROM said s
             WHERE p.organization_id = $1 AND p.account_id = $2 AND p.folder_id = s.folder_id
               AND p.uidvalidity = s.uidvalidity AND p.uid = s.uid AND p.agreed_flags IS NULL
            RETURNING p.message_id, s.differs, s.weighs
            """,
            account.organizationID, account.accountID, changes.map(\.folder.uuid),
            changes.map { Int64($0.uidValidity.rawValue) }, changes.map { Int64($0.uid.rawValue) },
            changes.map { FlagList.text($0.flags) },
            changes.map { $0.modSequence.map { Int64(bitPattern: $0.rawValue) } })
    }
}
