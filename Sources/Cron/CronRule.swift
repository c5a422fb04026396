/// What an expression says.
enum CronRule: Sendable, Hashable {
    /// Local times.
    case fields(CronFields)
    /// Every so many seconds from the schedule's anchor.
    case every(seconds: Int64)
}
