/// Some of the jobs that match a search.
package struct JobListing: Sendable, Hashable {
    /// Those of the queue in no order, and after them the dead, newest first. A job that changes place meanwhile may stand
    /// on two pages.
    package let jobs: [JobRecord]
    /// Where the next page begins, opaque; `nil` after the last.
    package let next: String?
}
