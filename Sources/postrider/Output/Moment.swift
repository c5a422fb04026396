import Foundation
import MailModel

/// Moments as they are printed: RFC 3339 in UTC.
enum Moment {
    static func rfc3339(_ moment: EpochSeconds) -> String {
        Date(timeIntervalSince1970: TimeInterval(moment.rawValue)).formatted(Date.ISO8601FormatStyle())
    }

    /// `2026-11-23 20:01`, for tables.
    static func short(_ moment: EpochSeconds) -> String {
        String(rfc3339(moment).replacing("T", with: " ").prefix(16))
    }
}
