package import MailModel

/// Where a folder's stored flags aren't the server's.
package struct FlagDifferences: Sendable, Hashable {
    package struct Difference: Sendable, Hashable {
        package let uid: UID
        /// The server has them and the store doesn't.
        package let missing: Set<Flag>
        /// The store has them and the server doesn't.
        package let extra: Set<Flag>

        package init(uid: UID, missing: Set<Flag>, extra: Set<Flag>) {
            self.uid = uid
            self.missing = missing
            self.extra = extra
        }
    }

    /// Ascending by UID.
    package let differences: [Difference]
    /// Placed, and the server's reply had no flags of it: unknown, neither equal nor different.
    package let unknown: UIDSet

    package var isEmpty: Bool { differences.isEmpty && unknown.isEmpty }

    /// - Parameters:
    ///   - server: as FETCH gave them; `\Recent` is a session's and doesn't count.
    ///   - stored: of each placed UID.
    package static func compare(server: [UID: Set<Flag>], stored: [UID: Set<Flag>]) -> FlagDifferences {
        var differences: [Difference] = []
        var unknown: [UID] = []
        for (uid, kept) in stored {
            guard let told = server[uid] else {
                unknown.append(uid)
                continue
            }
            let missing = told.subtracting(kept).subtracting([.recent])
            let extra = kept.subtracting(told).subtracting([.recent])
            if missing.isEmpty && extra.isEmpty { continue }
            differences.append(Difference(uid: uid, missing: missing, extra: extra))
        }
        return FlagDifferences(differences: differences.sorted { $0.uid < $1.uid }, unknown: UIDSet(unknown))
    }
}
