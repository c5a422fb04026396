/// How much of one folder is recent.
package struct FolderCounts: Sendable, Hashable {
    /// Messages in it.
    package let total: Int
    /// Those inside its window, cut to the second.
    package let recent: Int
    /// Those that are stored already.
    package let placed: Int

    package init(total: Int, recent: Int, placed: Int = 0) {
        self.total = total
        self.recent = recent
        self.placed = placed
    }
}
