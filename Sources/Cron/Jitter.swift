/// By how much a schedule's ticks are late on purpose, so that a million schedules don't come due at the top of the same
/// minute. Each schedule has its own offset, the same for all its ticks, in every process and for ever.
package enum Jitter {
    /// - Parameters:
    ///   - schedule: the schedule's id, as it is stored.
    ///   - bound: seconds; 0 and less for no jitter.
    /// - Returns: seconds in `0..<bound`.
    package static func offset(schedule: String, bound: Int64) -> Int64 {
        guard bound > 0 else { return 0 }
        // FNV-1a, whose high bits are weak for short texts; the multiplications and shifts (MurmurHash3's) spread them.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in schedule.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return Int64((hash ^ (hash >> 33)).multipliedFullWidth(by: UInt64(bound)).high)
    }
}
