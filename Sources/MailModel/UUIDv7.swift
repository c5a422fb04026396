package import struct Foundation.UUID

/// Makes version 7 UUIDs (RFC 9562 §5.7): 48 bits of milliseconds since the epoch, then randomness, so that
/// ids made later sort later and B-trees grow at one end.
package enum UUIDv7 {
    /// - Parameters:
    ///   - milliseconds: since 1970-01-01 UTC; only the low 48 bits count.
    ///   - random: at least 74 bits of it are used, so two words.
    package static func make(milliseconds: UInt64, random: (UInt64, UInt64)) -> UUID {
        let high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | (random.0 & 0x0FFF)
        let low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
        func byte(_ word: UInt64, _ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64(index))) }
        return UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            ))
    }
}
