import Foundation

/// Which names are zones, and which of them a mistyped one may have meant.
enum ZoneNames {
    /// Whether a name that Foundation reads can be the database's. Foundation also makes zones of offsets (`GMT+0300`).
    static func isOfTheDatabase(_ name: String) -> Bool {
        !refused.contains(name) && (!name.hasPrefix("GMT") || ["GMT", "GMT0", "GMT+0", "GMT-0"].contains(name))
    }

    /// What Foundation reads but the database doesn't have, or has as no zone.
    private static let refused: Set<String> = [
        "ACT", "AET", "AGT", "ART", "AST", "BET", "BST", "CAT", "CNT", "CST", "CTT", "EAT", "ECT", "IET", "IST", "JST",
        "MIT", "NET", "NST", "PLT", "PNT", "PRT", "PST", "SST", "VST", "Factory", "Etc/Unknown",
    ]

    /// What Foundation calls by another name.
    static let renamed: Set<String> = ["UTC", "GMT+0", "GMT-0"]

    /// At most three names that may have been meant, the nearest first: by the whole name, or by the city alone
    /// (`Berlin`, `new york`, `Asia/Berlin`).
    static func nearest(to name: String) -> [String] {
        guard !name.isEmpty, name.utf8.count <= CronZone.longestName else { return [] }
        let wanted = folded(name)
        let city = folded(city(of: name))
        let scored = all.compactMap { candidate -> (score: Int, name: String)? in
            let whole = distance(wanted, folded(candidate))
            let alone = distance(city, folded(self.city(of: candidate)))
            // A name is meant when it differs in a third of its letters at most. The city alone counts a little less.
            let isNear = whole * 3 <= wanted.count || alone * 3 <= city.count
            return isNear ? (min(whole * 2, alone * 2 + 1), candidate) : nil
        }
        guard let best = scored.map(\.score).min() else { return [] }
        return scored.filter { $0.score <= best + 2 }.sorted { ($0.score, $0.name) < ($1.score, $1.name) }
            .prefix(3).map(\.name)
    }

    private static var all: [String] { TimeZone.knownTimeZoneIdentifiers + ["UTC", "Asia/Kolkata"] }

    private static func city(of name: String) -> Substring { name.split(separator: "/").last ?? "" }

    private static func folded(_ name: some StringProtocol) -> [UInt8] {
        name.lowercased().utf8.map { $0 == 0x20 || $0 == 0x2D ? 0x5F : $0 }
    }

    /// Levenshtein's: how many bytes to put in, take out or change.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
