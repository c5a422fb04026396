/// Some of the jobs that pass a filter.
package struct JobPage: Sendable, Hashable {
    /// In no order; a job that changed place meanwhile may stand on two pages.
    package let jobs: [JobDetail]
    /// Where the next page begins; nil after the last.
    package let next: String?
}
