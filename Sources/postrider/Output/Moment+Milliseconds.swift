import Foundation

extension Moment {
    /// RFC 3339 in UTC with milliseconds.
    static func rfc3339(milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(milliseconds) / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// `2026-11-23 20:01:05`, for tables.
    static func short(milliseconds: Int64) -> String {
        String(rfc3339(milliseconds: milliseconds).replacing("T", with: " ").prefix(19))
    }
}
