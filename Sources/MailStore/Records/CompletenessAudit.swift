package import MailModel

/// What one proof of completeness came to.
package struct CompletenessAudit: Sendable, Hashable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// Nothing was missing.
        case complete
        /// Something was, and no longer is.
        case repaired
        /// Something is, or couldn't be compared.
        case incomplete
    }

    package let id: AuditID
    /// Whether the raw hashes of all messages were compared, or of a sample.
    package let isDeep: Bool
    package let outcome: Outcome
    /// The text of a JSON object: counts by folder, and what was repaired. Ids and numbers.
    package let detail: String
    package let beganAt: EpochSeconds
    package let finishedAt: EpochSeconds

    package init(
        id: AuditID, isDeep: Bool, outcome: Outcome, detail: String, beganAt: EpochSeconds, finishedAt: EpochSeconds
    ) {
        self.id = id
        self.isDeep = isDeep
        self.outcome = outcome
        self.detail = detail
        self.beganAt = beganAt
        self.finishedAt = finishedAt
    }
}
