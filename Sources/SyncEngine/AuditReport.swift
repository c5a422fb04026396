package import MailModel
package import MailStore

/// What a proof of completeness came to.
package struct AuditReport: Sendable {
    package let isDeep: Bool
    package let beganAt: EpochSeconds
    package internal(set) var finishedAt: EpochSeconds
    package internal(set) var folders: [FolderAudit] = []
    /// How a visit that could not be carried through ended; `nil` where it was.
    package internal(set) var failure: AccountProblem?
    /// Whether what differed was repaired, and nothing differed when it was looked at again.
    package internal(set) var isRepaired = false

    init(isDeep: Bool, at moment: EpochSeconds) {
        self.isDeep = isDeep
        beganAt = moment
        finishedAt = moment
    }

    package var differences: Int { folders.reduce(0) { $0 + $1.differences } }

    package var outcome: CompletenessAudit.Outcome {
        if failure != nil || folders.contains(where: { $0.problem != nil }) { return .incomplete }
        if differences == 0 { return .complete }
        return isRepaired ? .repaired : .incomplete
    }
}
