/// What jobs must have to be shown; nil for anything.
package struct JobFilter: Sendable, Hashable {
    package var queue: String?
    package var kind: String?
    package var organization: String?
    package var state: JobState?
    /// A part of the resource's name or of the last error.
    package var text: String?

    package init(
        queue: String? = nil, kind: String? = nil, organization: String? = nil, state: JobState? = nil,
        text: String? = nil
    ) {
        self.queue = queue
        self.kind = kind
        self.organization = organization
        self.state = state
        self.text = text
    }
}
