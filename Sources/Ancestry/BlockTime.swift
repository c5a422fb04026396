package import MailModel

/// A date as a forwarded block shows it: a minute on somebody's clock, and perhaps that clock's zone.
package struct BlockTime: Sendable, Hashable {
    /// Minutes since 1970-01-01T00:00 on that clock.
    package let localMinute: Int64
    /// East of UTC; `nil` where the block doesn't say: most programs show the zone of who forwards.
    package let offsetMinutes: Int?

    package init(localMinute: Int64, offsetMinutes: Int?) {
        self.localMinute = localMinute
        self.offsetMinutes = offsetMinutes
    }

    /// The offsets that zones have had in the time of e-mail: multiples of a quarter of an hour within these.
    static let offsets = -720...840

    /// The offset from UTC at which a moment's minute is the one shown; `nil` where no zone has such a one, or where
    /// the zone is given and has another.
    package func offset(matching moment: EpochSeconds) -> Int? {
        let seconds = moment.rawValue
        let minute = seconds >= 0 ? seconds / 60 : (seconds - 59) / 60
        let difference = localMinute - minute
        guard difference >= Self.offsets.lowerBound, difference <= Self.offsets.upperBound, difference % 15 == 0 else {
            return nil
        }
        let offset = Int(difference)
        return offsetMinutes ?? offset == offset ? offset : nil
    }

    /// The first second that it may mean.
    package var earliest: EpochSeconds {
        EpochSeconds((localMinute - Int64(offsetMinutes ?? Self.offsets.upperBound)) * 60)
    }

    /// The last second that it may mean.
    package var latest: EpochSeconds {
        EpochSeconds((localMinute - Int64(offsetMinutes ?? Self.offsets.lowerBound)) * 60 + 59)
    }
}
