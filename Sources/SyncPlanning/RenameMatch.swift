package import MailModel

/// What became of the folders: which were renamed, which are gone, which are new. IMAP itself never tells.
///
/// ```
/// same MAILBOXID under another path ──────────────────────────────▶ renamed
/// not listed, and one unknown folder has its UIDVALIDITY,
///   no smaller UIDNEXT and no more messages than that leaves room ─▶ renamed, if its content proves it
/// not listed otherwise ────────────────────────────────────────────▶ gone
/// listed and not stored ───────────────────────────────────────────▶ new
/// ```
///
/// Ask ``FolderAbsence`` first whether the list can be trusted.
package struct RenameMatch: Sendable, Equatable {
    package struct Rename: Sendable, Hashable {
        package enum Evidence: Sendable, Hashable {
            /// The server's own id of the folder: enough.
            case mailboxID
            /// UIDVALIDITY, UIDNEXT and count agree, which two folders can do by chance.
            case uidValidity
        }

        package let folder: FolderID
        /// What it is called now.
        package let path: FolderPath
        package let evidence: Evidence

        package init(folder: FolderID, path: FolderPath, evidence: Evidence) {
            self.folder = folder
            self.path = path
            self.evidence = evidence
        }

        /// Whether stored hashes have to agree with the server's bytes, for a sample of UIDs, before it is believed.
        /// Otherwise the stored folder is gone and the listed one new. A folder that nothing is placed in has nothing
        /// to prove and nothing to lose.
        package var needsProof: Bool { evidence == .uidValidity }
    }

    /// In an order in which each target is free by the time that it is taken.
    package internal(set) var renames: [Rename] = []
    /// Stored and no longer there, in the order given.
    package internal(set) var gone: [FolderID] = []
    /// Listed and not stored, in the order given; a new folder under the old name of a renamed one is among them.
    package internal(set) var new: [FolderPath] = []

    /// - Parameters:
    ///   - listed: all of them, each path once.
    ///   - stored: all that are not marked as gone, each path once.
    package static func match(listed: [ListedFolderFacts], stored: [StoredFolderFacts]) -> RenameMatch {
        let byPath = Dictionary(listed.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Dictionary(stored.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        // A folder that is where it was; unless the server says that it is another one now.
        let lost = stored.filter { folder in byPath[folder.path].map { isAnother($0, than: folder) } ?? true }
        let found = listed.filter { folder in known[folder.path].map { isAnother(folder, than: $0) } ?? true }

        var renames = byMailboxID(lost: lost, found: found)
        let renamed = Set(renames.map(\.folder))
        let taken = Set(renames.map(\.path))
        renames += byUIDValidity(
            // Where another folder has taken the old path, only MAILBOXID could tell where the old one went.
            lost: lost.filter { !renamed.contains($0.id) && byPath[$0.path] == nil },
            found: found.filter { !taken.contains($0.path) && known[$0.path] == nil })

        var result = RenameMatch()
        result.renames = inOrder(renames, pathOf: Dictionary(uniqueKeysWithValues: stored.map { ($0.id, $0.path) }))
        let moved = Set(result.renames.map(\.folder))
        let targets = Set(result.renames.map(\.path))
        result.gone = stored.filter { !moved.contains($0.id) && byPath[$0.path] == nil }.map(\.id)
        let staying = Set(stored.filter { !moved.contains($0.id) }.map(\.path))
        result.new = listed.map(\.path).filter { !targets.contains($0) && !staying.contains($0) }
        return result
    }

    private static func isAnother(_ listed: ListedFolderFacts, than stored: StoredFolderFacts) -> Bool {
        guard let now = listed.mailboxID, let before = stored.mailboxID else { return false }
        return now != before
    }

    private static func byMailboxID(lost: [StoredFolderFacts], found: [ListedFolderFacts]) -> [Rename] {
        let candidates = Dictionary(grouping: found.filter { $0.mailboxID != nil }) { $0.mailboxID ?? "" }
        let claims = Dictionary(grouping: lost.filter { $0.mailboxID != nil }) { $0.mailboxID ?? "" }
        return lost.compactMap { folder in
            guard let id = folder.mailboxID, claims[id]?.count == 1, let match = candidates[id], match.count == 1
            else { return nil }
            return Rename(folder: folder.id, path: match[0].path, evidence: .mailboxID)
        }
    }

    private static func byUIDValidity(lost: [StoredFolderFacts], found: [ListedFolderFacts]) -> [Rename] {
        let claims = Dictionary(grouping: lost.filter { $0.state != nil }) { $0.state?.uidValidity }
        let candidates = Dictionary(grouping: found.filter { $0.state != nil }) { $0.state?.uidValidity }
        return lost.compactMap { folder in
            guard let before = folder.state, before.uidValidity.isStable, claims[before.uidValidity]?.count == 1,
                let match = candidates[before.uidValidity], match.count == 1, let now = match[0].state,
                !isAnother(match[0], than: folder), canBecome(now, from: before)
            else { return nil }
            return Rename(folder: folder.id, path: match[0].path, evidence: .uidValidity)
        }
    }

    /// Whether a folder can have come from one state to the other: UIDs only go up, and each new one is at most one
    /// message more.
    private static func canBecome(_ now: FolderState, from before: FolderState) -> Bool {
        guard let next = now.uidNext, let known = before.uidNext, next >= known else { return false }
        return now.exists - before.exists <= Int(next.rawValue - known.rawValue)
    }

    /// Chains from their ends, so that a path is left before it is taken. Folders that swapped names all round are
    /// left out: their UIDVALIDITY has changed too, and they are staged anew under the names that they have.
    private static func inOrder(_ renames: [Rename], pathOf: [FolderID: FolderPath]) -> [Rename] {
        var waiting = renames
        var ordered: [Rename] = []
        while true {
            let occupied = Set(waiting.compactMap { pathOf[$0.folder] })
            let free = waiting.filter { !occupied.contains($0.path) }
            if free.isEmpty { return ordered }
            ordered += free
            waiting.removeAll { rename in free.contains(rename) }
        }
    }
}
