import Foundation

/// A time zone of the IANA database, as the changes of its offset. The rules are those that come with the Swift
/// runtime; a change in the database needs a new build.
package struct CronZone: Sendable, Hashable {
    /// As it was given, such as `Europe/Berlin`.
    package let name: String
    private let zone: TimeZone

    package static let utc = CronZone(utc: "UTC")

    /// The most characters that a name has.
    static let longestName = 64

    /// - Parameter name: exact, letters' case included. Links of the database (`US/Eastern`) are read. Abbreviations that
    ///   aren't zones of it (`PST`), offsets (`GMT+3`) and zones that are none (`Factory`) are not.
    /// - Throws: ``CronError/unknownZone(name:suggestions:)``.
    package init(_ name: String) throws(CronError) {
        guard name.utf8.count <= Self.longestName, ZoneNames.isOfTheDatabase(name),
            let zone = TimeZone(identifier: name), zone.identifier == name || ZoneNames.renamed.contains(name)
        else { throw .unknownZone(name: name, suggestions: ZoneNames.nearest(to: name)) }
        self.name = name
        self.zone = zone
    }

    private init(utc: String) {
        name = utc
        zone = .gmt
    }

    package static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// Seconds that local time is ahead of UTC.
    func offset(at moment: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
    }

    /// The first moment after this one at which the offset may be another; `nil` when it stays for good.
    func transition(after moment: Int64) -> Int64? {
        zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(moment)))
            .map { Int64($0.timeIntervalSince1970) }
    }
}

extension CronZone: CustomStringConvertible {
    package var description: String { name }
}
