// Cron: when a schedule is due, and what becomes of its ticks. Pure rules over whole seconds UTC; no clock is read here.
//
//     CronExpression ─┐
//     CronZone ───────┼─▶ CronSchedule ─▶ TickPlanner ─▶ TickPlan: fire, queue, skip, missed, next due
//     anchor ─────────┘                       ▲
//                       last tick, now, rules ┘
//
// How daylight-saving changes are treated, and what that costs, is in docs/decisions/0007.

/// What somebody typed as a schedule's time, read and found able to fire.
///
/// - Five fields: minute (0-59), hour (0-23), day-of-month (1-31), month (1-12 or JAN-DEC), day-of-week (0-7 or SUN-SAT,
///   Sunday being 0 and 7). Each is a list of `*`, `n`, `a-b`, with a step: `*/s`, `a-b/s`, and `n/s` for `n` to the
///   field's end. `?` means `*` in a day field. Letters' case doesn't matter.
/// - Where both day fields are restricted, either suffices. Unrestricted is `*` or `?`; `*/2` restricts.
/// - Ranges of names may go round the end (`FRI-MON`, `NOV-FEB`); of numbers they may not.
/// - `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`, and `@every 1h30m` (`d`, `h`,
///   `m`, `s`; one second to 366 days).
/// - `L`, `W`, `#`, seconds, years and `@reboot` are refused, and so is what never fires, such as 30 February.
package struct CronExpression: Sendable, Hashable {
    /// As it was typed, with single blanks.
    package let text: String
    let rule: CronRule

    /// The most characters that are read.
    package static let longestText = 256

    /// - Throws: ``CronError/malformed(_:)``.
    package init(_ text: String) throws(CronError) {
        do {
            let parser = try CronParser(text)
            rule = try parser.rule()
            self.text = parser.normalizedText
        } catch {
            throw .malformed(error)
        }
    }

    /// Seconds between two ticks of `@every`; `nil` for anything else.
    package var interval: Int64? {
        switch rule {
        case .every(let seconds): seconds
        case .fields: nil
        }
    }

    /// Whether ticks follow elapsed time through a change of the clocks (a wildcard or stepped hour, `@every`), or come
    /// once for each local time (a fixed hour).
    package var followsElapsedTime: Bool {
        switch rule {
        case .every: true
        case .fields(let fields): fields.followsElapsedTime
        }
    }
}

extension CronExpression: CustomStringConvertible {
    package var description: String { text }
}
