import Testing

@testable import Cron

@Suite("Time zones by name")
struct CronZoneTests {
    @Test(
        "zones of the database are read, links included",
        arguments: [
            "UTC", "Etc/UTC", "GMT", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata",
            "Asia/Calcutta", "Europe/Kyiv", "US/Eastern", "Etc/GMT+5", "EST5EDT", "CET",
        ])
    func known(name: String) throws {
        #expect(try CronZone(name).name == name)
    }

    private static let unknown: [(String, [String])] = [
        // Letters wrong, missing, turned; another case; a blank.
        ("Europe/Berln", ["Europe/Berlin"]), ("europe/berlin", ["Europe/Berlin"]),
        ("Europe/Berlin ", ["Europe/Berlin"]), ("America/New York", ["America/New_York"]),
        ("Asia/Soeul", ["Asia/Seoul"]), ("utc", ["UTC"]),
        // The city alone, or in the wrong region.
        ("Berlin", ["Europe/Berlin"]), ("new york", ["America/New_York"]), ("Asia/Berlin", ["Europe/Berlin"]),
        ("Lord Howe", ["Australia/Lord_Howe"]), ("Kolkata", ["Asia/Kolkata"]),
        // Nothing is near.
        ("", []), ("Atlantis/Poseidonis", []), ("../../etc/passwd", []),
    ]

    @Test("an unknown zone is answered with the nearest names", arguments: unknown)
    func suggestions(name: String, nearest: [String]) {
        let error = #expect(throws: CronError.self) { try CronZone(name) }
        guard case .unknownZone(let given, let suggestions)? = error else { return }
        #expect(given == name)
        #expect(suggestions.prefix(1) == nearest.prefix(1), "\(suggestions)")
        #expect(suggestions.count <= 3)
        #expect(suggestions.isEmpty == nearest.isEmpty)
    }

    @Test(
        "abbreviations and offsets aren't zones, though Foundation reads them",
        arguments: ["PST", "IST", "GMT+3", "GMT+0300", "UTC+3", "+03:00", "Factory"])
    func noZones(name: String) {
        #expect(throws: CronError.self) { try CronZone(name) }
    }

    @Test("an error reads as a sentence, and is as long as a name is at most")
    func text() {
        let typo = #expect(throws: CronError.self) { try CronZone("Europe/Berlni") }
        #expect(typo?.description == "there is no time zone \"Europe/Berlni\"; did you mean Europe/Berlin?")
        #expect(typo?.code == "time_zone_unknown")
        let long = #expect(throws: CronError.self) { try CronZone(String(repeating: "Berlin", count: 10_000)) }
        #expect((long?.description.count ?? 0) < 200)
    }
}
