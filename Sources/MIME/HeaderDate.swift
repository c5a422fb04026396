import CGMime
import MailModel

/// The `Date:` header by GMime, which reads RFC 5322 dates and most of what is sent in their place.
enum HeaderDate {
    static func parse(_ value: String) -> MessageDate {
        guard let date = g_mime_utils_header_decode_date(value) else {
            return MessageDate(instant: nil, offsetMinutes: nil, raw: value)
        }
        defer { g_date_time_unref(date) }
        let offset = g_date_time_get_utc_offset(date) / 60_000_000
        return MessageDate(
            instant: EpochSeconds(Int64(g_date_time_to_unix(date))), offsetMinutes: Int(offset), raw: value)
    }
}
