package import MailModel

/// A thread that the first sync pulls whole.
package struct PlannedThread: Sendable, Hashable {
    /// A message of it in one place.
    package struct Member: Sendable, Hashable {
        package let folder: FolderID
        package let uid: UID
        /// RFC822.SIZE in octets.
        package let size: Int
        package let internalDate: EpochSeconds

        package init(folder: FolderID, uid: UID, size: Int, internalDate: EpochSeconds) {
            self.folder = folder
            self.uid = uid
            self.size = size
            self.internalDate = internalDate
        }
    }

    /// INTERNALDATE of its newest message, placed or not.
    package let newest: EpochSeconds
    /// What is still to be fetched, newest first, ties by folder and UID; never empty.
    package let members: [Member]

    package init(newest: EpochSeconds, members: [Member]) {
        self.newest = newest
        self.members = members
    }

    /// Octets still to be fetched, by RFC822.SIZE.
    package var bytes: Int { members.reduce(0) { $0 + $1.size } }
}
