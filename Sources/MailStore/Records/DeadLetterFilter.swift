package import MailModel

/// Which dead letters are meant; what is `nil` matches any.
package struct DeadLetterFilter: Sendable, Hashable {
    package var queue: String?
    package var kind: String?
    package var organizationID: OrganizationID?
    package var errorCode: String?
    /// Stands somewhere in the error's text, whatever its case.
    package var text: String?
    package var ids: [DeadLetterID]?

    package init(
        queue: String? = nil, kind: String? = nil, organizationID: OrganizationID? = nil, errorCode: String? = nil,
        text: String? = nil, ids: [DeadLetterID]? = nil
    ) {
        self.queue = queue
        self.kind = kind
        self.organizationID = organizationID
        self.errorCode = errorCode
        self.text = text
        self.ids = ids
    }
}
