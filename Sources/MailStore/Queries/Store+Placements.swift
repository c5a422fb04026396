package import MailModel
import Postgres
package import Threading

extension Store {
    /// What is stored of one folder's present generation.
    package struct FolderContents: Sendable {
        /// UIDs that are placed, each with its flags as one sorted text (see ``flagText(_:)``).
        package let flags: [UID: String]
        package let skipped: UIDSet

        package var placed: UIDSet { UIDSet(flags.keys) }
    }

    /// Which UIDs of a folder are placed, and which are skipped.
    package func contents(
        of folder: FolderID, uidValidity: UIDValidity, account key: AccountKey
    ) async throws(StoreError) -> FolderContents {
        try await withSession { session in
            let rows = try session.pipeline([
                Statement(
                    """
                    SELECT uid, array_to_string(flags, ' ') FROM message_placements
                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue)
                ),
                Statement(
                    """
                    SELECT lower(r), upper(r) - 1 FROM folder_skips s, unnest(s.uids) AS r
                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue)
                ),
            ])
            var flags: [UID: String] = [:]
            flags.reserveCapacity(rows[0].count)
            for row in rows[0] {
                guard let uid = UID(rawValue: UInt32(clamping: try row.get(0, as: Int64.self))) else { continue }
                flags[uid] = try row.get(1, as: String.self)
            }
            let ranges = try rows[1].map { try $0.uidRange() }
            return FolderContents(flags: flags, skipped: UIDSet(normalising: ranges))
        }
    }

    /// Which UIDs of a folder are known, as ranges: without flags, hence quick.
    ///
    /// - Parameter first: only UIDs from there on, which costs nothing for those below; `nil` is all.
    package func coverage(
        of folder: FolderID, uidValidity: UIDValidity, account key: AccountKey, from first: UID? = nil
    ) async throws(StoreError) -> FolderCoverage {
        let first = Int64(first?.rawValue ?? 0)
        return try await withSession { session in
            let rows = try session.pipeline([
                // The ends of each run, in order; a run of one is one end.
                Statement(
                    """
                    SELECT uid, is_first, is_last
                      FROM (SELECT uid, lag(uid) OVER whole IS DISTINCT FROM uid - 1 AS is_first,
                                   lead(uid) OVER whole IS DISTINCT FROM uid + 1 AS is_last
                              FROM message_placements
                             WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                               AND uid >= $5
                            WINDOW whole AS (ORDER BY uid)) AS placed
                     WHERE is_first OR is_last ORDER BY uid
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue), first
                ),
                Statement(
                    """
                    SELECT lower(r), upper(r) - 1, s.reason
                      FROM folder_skips s, unnest(s.uids * int8multirange(int8range($5, NULL))) AS r
                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue), first
                ),
            ])
            var placed: [ClosedRange<UInt32>] = []
            var begun: UInt32 = 0
            for row in rows[0] {
                let uid = UInt32(clamping: try row.get(0, as: Int64.self))
                if try row.get(1) { begun = uid }
                if try row.get(2) { placed.append(begun...uid) }
            }
            var skipped: [SkipReason: [ClosedRange<UInt32>]] = [:]
            for row in rows[1] { skipped[try row.known(2), default: []].append(try row.uidRange()) }
            return FolderCoverage(
                placed: UIDSet(normalising: placed), skipped: skipped.mapValues(UIDSet.init(normalising:)))
        }
    }

    /// How many UIDs of a folder are known: placed, or skipped for a reason.
    package func knownCount(
        of folder: FolderID, uidValidity: UIDValidity, account key: AccountKey
    ) async throws(StoreError) -> Int {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT (SELECT count(*) FROM message_placements
                             WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4)
                           + (SELECT coalesce(sum(upper(r) - lower(r)), 0)::int8 FROM folder_skips s, unnest(s.uids) AS r
                               WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4)
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue)))[0].get(0)
        }
    }

    /// The flags of some of a folder's placed UIDs, each as one sorted text (see ``flagText(_:)``).
    package func flags(
        of uids: UIDSet, in folder: FolderID, uidValidity: UIDValidity, account key: AccountKey
    ) async throws(StoreError) -> [UID: String] {
        guard !uids.isEmpty else { return [:] }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT p.uid, array_to_string(p.flags, ' ') FROM unnest($5::int8[], $6::int8[]) AS r (first, last),
                           LATERAL (SELECT uid, flags FROM message_placements
                                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                                       AND uid BETWEEN r.first AND r.last OFFSET 0) p
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue),
                    uids.ranges.map { Int64($0.lowerBound) }, uids.ranges.map { Int64($0.upperBound) }
                ))
            var flags: [UID: String] = [:]
            for row in rows {
                guard let uid = try row.uid(0) else { continue }
                flags[uid] = try row.get(1, as: String.self)
            }
            return flags
        }
    }

    /// Flags in the form in which ``FolderContents`` has them, for comparing.
    package static func flagText(_ flags: [Flag]) -> String { FlagList.text(flags) }

    /// The stored messages that the provider calls by these ids (X-GM-MSGID, EMAILID).
    package func messages(
        withProviderIDs ids: [String], of key: AccountKey
    ) async throws(StoreError) -> [String: MessageID] {
        guard !ids.isEmpty else { return [:] }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT provider_message_id, id FROM messages
                     WHERE organization_id = $1 AND account_id = $2 AND provider_message_id = ANY ($3::text[])
                    """, key.organizationID, key.accountID, ids))
            var found: [String: MessageID] = [:]
            for row in rows { found[try row.get(0)] = try row.get(1) }
            return found
        }
    }

    /// Which of these links are known, and so belong to a thread that is synced.
    package func knownLinks(_ links: [LinkKey], of key: AccountKey) async throws(StoreError) -> Set<LinkKey> {
        guard !links.isEmpty else { return [] }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT r.kind, r.value FROM unnest($3::int2[], $4::text[]) AS u (kind, value)
                      JOIN message_references r
                        ON r.organization_id = $1 AND r.account_id = $2 AND r.kind = u.kind AND r.value = u.value
                    """, key.organizationID, key.accountID, links.map(\.kind), links.map(\.value)
                ))
            return Set(try rows.compactMap { LinkKey(kind: try $0.get(0), value: try $0.get(1)) })
        }
    }
}

extension PostgresRow {
    /// Two bigint columns that hold the ends of a range of UIDs.
    fileprivate func uidRange() throws(PostgresError) -> ClosedRange<UInt32> {
        UInt32(clamping: try get(0, as: Int64.self))...UInt32(clamping: try get(1, as: Int64.self))
    }
}
