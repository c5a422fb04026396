/// A `timestamptz`: a point in time in microseconds, without a zone.
///
/// PostgreSQL's `infinity` and `-infinity` are the ends of the range.
package struct PostgresTimestamp: Hashable, Sendable {
    /// 2000-01-01 UTC, from which PostgreSQL counts, in microseconds since 1970-01-01 UTC.
    private static let serverEpoch: Int64 = 946_684_800_000_000

    /// Microseconds since 1970-01-01 UTC.
    package let epochMicroseconds: Int64

    /// - Parameter epochMicroseconds: since 1970-01-01 UTC.
    package init(epochMicroseconds: Int64) { self.epochMicroseconds = epochMicroseconds }

    /// - Parameter epochSeconds: since 1970-01-01 UTC; beyond the range, the end of the range.
    package init(epochSeconds: Int64) {
        let (microseconds, overflow) = epochSeconds.multipliedReportingOverflow(by: 1_000_000)
        self.init(epochMicroseconds: overflow ? (epochSeconds < 0 ? .min : .max) : microseconds)
    }

    /// - Parameter epochSeconds: since 1970-01-01 UTC, rounded to the microsecond; beyond the range, the end of the
    ///   range. A NaN is a programmer's error.
    package init(epochSeconds: Double) {
        let microseconds = (epochSeconds * 1_000_000).rounded()
        self.init(epochMicroseconds: Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max))
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    package var epochSeconds: Int64 {
        let (quotient, remainder) = epochMicroseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// `infinity`: later than every other.
    package static let infinity = PostgresTimestamp(epochMicroseconds: .max)
    /// `-infinity`: earlier than every other.
    package static let minusInfinity = PostgresTimestamp(epochMicroseconds: .min)

    /// Microseconds since 2000-01-01 UTC, as PostgreSQL sends and stores them.
    var wireValue: Int64 {
        switch self {
        case .infinity: .max
        case .minusInfinity: .min
        default:
            // Below -infinity's neighbourhood there is no date the server knows; it refuses what is out of its range.
            epochMicroseconds.subtractingReportingOverflow(Self.serverEpoch).overflow
                ? .min : epochMicroseconds - Self.serverEpoch
        }
    }

    init(wireValue: Int64) {
        switch wireValue {
        case .max: self = .infinity
        case .min: self = .minusInfinity
        default:
            let (microseconds, overflow) = wireValue.addingReportingOverflow(Self.serverEpoch)
            self.init(epochMicroseconds: overflow ? .max : microseconds)
        }
    }
}

extension PostgresTimestamp: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.epochMicroseconds < right.epochMicroseconds }
}
