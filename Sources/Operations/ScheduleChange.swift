package import MailStore

/// What is to be another about a schedule; what is `nil` stays.
package struct ScheduleChange: Sendable, Hashable {
    package var name: String?
    package var expression: String?
    package var zone: String?
    package var target: ScheduleDraft.Target?
    package var overlap: Schedule.Overlap?
    package var catchUp: Schedule.CatchUp?
    package var catchUpLimit: Int?
    package var jitterSeconds: Int?

    package init() {}

    package var isEmpty: Bool { self == ScheduleChange() }
}
