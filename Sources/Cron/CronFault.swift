/// Where a cron expression is wrong, why, and what to write instead.
package struct CronFault: Error, Hashable {
    /// The field; `nil` where the expression as a whole is meant.
    package let field: CronField?
    /// Characters before the fault, from 0, in the expression as it was given.
    package let position: Int
    /// What is wrong.
    package let problem: String
    /// The way out.
    package let remedy: String

    init(_ field: CronField?, at position: Int, _ problem: String, _ remedy: String) {
        self.field = field
        self.position = position
        self.problem = problem
        self.remedy = remedy
    }
}

extension CronFault: CustomStringConvertible {
    /// The position is said as editors count, from 1.
    package var description: String {
        "\(field.map { "\($0.rawValue), " } ?? "")character \(position + 1): \(problem); \(remedy)"
    }
}
