import MailModel

/// Reads INTERNALDATE: `" 3-Mar-2016 17:25:01 +0100"` (RFC 9051 §9, date-time).
///
/// The zone is applied; one that is missing or unreadable counts as UTC. One-digit days may stand with or without
/// their blank.
enum InternalDate {
    /// - Returns: `nil` where no date can be made out.
    static func parse(_ text: UnsafeRawBufferPointer) -> EpochSeconds? {
        var cursor = ByteCursor(text)
        cursor.skipSpaces()
        guard let day = cursor.number32(), (1...31).contains(day), cursor.skip(ASCII.minus),
            let month = month(&cursor), cursor.skip(ASCII.minus), let year = cursor.number32(), year <= 9_999
        else { return nil }
        cursor.skipSpaces()
        guard let hour = cursor.number32(), hour < 24, cursor.skip(ASCII.colon),
            let minute = cursor.number32(), minute < 60, cursor.skip(ASCII.colon),
            let second = cursor.number32(), second <= 60
        else { return nil }
        cursor.skipSpaces()
        let days = CalendarDate(year: Int(year), month: month, day: Int(day)).daysSinceEpoch
        let local = Int64(days) * 86_400 + Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second)
        return EpochSeconds(local - zone(&cursor) * 60)
    }

    private static func month(_ cursor: inout ByteCursor) -> Int? {
        let rest = cursor.rest
        guard rest.count >= 3 else { return nil }
        // Folding a letter's case is one bit; what is no letter matches none of the twelve.
        let name = UInt32(rest[0] | 0x20) << 16 | UInt32(rest[1] | 0x20) << 8 | UInt32(rest[2] | 0x20)
        let month: Int
        switch name {
        case 0x6A_61_6E: month = 1
        case 0x66_65_62: month = 2
        case 0x6D_61_72: month = 3
        case 0x61_70_72: month = 4
        case 0x6D_61_79: month = 5
        case 0x6A_75_6E: month = 6
        case 0x6A_75_6C: month = 7
        case 0x61_75_67: month = 8
        case 0x73_65_70: month = 9
        case 0x6F_63_74: month = 10
        case 0x6E_6F_76: month = 11
        case 0x64_65_63: month = 12
        default: return nil
        }
        cursor.advance(to: cursor.position + 3)
        return month
    }

    /// Minutes east of UTC.
    private static func zone(_ cursor: inout ByteCursor) -> Int64 {
        let sign: Int64
        if cursor.skip(ASCII.plus) {
            sign = 1
        } else if cursor.skip(ASCII.minus) {
            sign = -1
        } else {
            return 0
        }
        guard let digits = cursor.number32(), digits <= 2_359 else { return 0 }
        return sign * (Int64(digits / 100) * 60 + Int64(digits % 100))
    }
}
