/// A moment in whole seconds since 1970-01-01T00:00:00Z: the grain of INTERNALDATE and of the 72-hour rule.
package struct EpochSeconds: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(_ rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    package static func - (moment: Self, seconds: Int64) -> Self { Self(moment.rawValue - seconds) }
    package static func + (moment: Self, seconds: Int64) -> Self { Self(moment.rawValue + seconds) }
}
