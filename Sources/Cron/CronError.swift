/// What is wrong with a schedule that somebody typed. Its author has to mend it: the same input fails the same way for
/// ever. Texts are sentences without a full stop and hold nothing but what was typed, cut to a bounded length.
package enum CronError: Error, Hashable {
    /// The expression can't be read, or would never fire.
    case malformed(CronFault)
    /// There is no time zone of this name. `suggestions` are the nearest names there are, the nearest first; at most
    /// three, and empty when none is near.
    case unknownZone(name: String, suggestions: [String])

    /// Stable, for programs.
    package var code: String {
        switch self {
        case .malformed: "cron_expression_malformed"
        case .unknownZone: "time_zone_unknown"
        }
    }
}

extension CronError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let fault): return "cron expression, \(fault)"
        case .unknownZone(let name, let suggestions):
            let remedy =
                suggestions.isEmpty
                ? "use a name of the IANA database, such as Europe/Berlin or UTC"
                : "did you mean \(suggestions.joined(separator: " or "))?"
            return "there is no time zone \"\(name.prefix(CronZone.longestName))\"; \(remedy)"
        }
    }
}
