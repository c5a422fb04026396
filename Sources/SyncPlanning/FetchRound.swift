package import MailModel

/// Some whole threads that are fetched together.
package struct FetchRound: Sendable, Hashable {
    /// What to fetch, by folder; no set is empty.
    package let uids: [FolderID: UIDSet]
    /// How many threads are whole once all of it is stored.
    package let threads: Int

    package init(uids: [FolderID: UIDSet], threads: Int) {
        self.uids = uids
        self.threads = threads
    }

    package var messages: Int { uids.values.reduce(0) { $0 + $1.count } }
}
