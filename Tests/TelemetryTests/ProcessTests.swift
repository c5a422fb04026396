import Foundation
import MetricNames
import Testing

@testable import Telemetry

@Suite("The process's own numbers")
struct ProcessTests {
    private static let limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max cpu time              unlimited            unlimited            seconds
        Max open files            1024                 524288               files
        """
    private static let systemStat = "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n"

    @Test("the kernel's fields are found, whatever the program is called")
    func fields() throws {
        // given a name with brackets and blanks; fields 14, 15, 22 and 24 are 700, 300, 5000 and 2048
        let stat =
            "42 (odd) name (x)) S 1 2 3 4 5 6 7 8 9 10 700 300 0 0 20 0 9 0 5000 123456 2048 18446744073709551615"
        // when
        let status = try ProcessStatus(stat: stat, limits: Self.limits, systemStat: Self.systemStat)
        // then
        #expect(status.cpuTicks == 1_000)
        #expect(status.startTicks == 5_000)
        #expect(status.residentPages == 2_048)
        #expect(status.bootTime == 1_700_000_000)
        #expect(status.fileLimit == 1_024)
    }

    @Test("texts that are not the kernel's are refused by their names")
    func unreadable() {
        let stat = "42 (x) S 1 2 3 4 5 6 7 8 9 10 700 300 0 0 20 0 9 0 5000 123456 2048"
        #expect(throws: ProcessStatus.Unreadable.self) {
            try ProcessStatus(stat: "42 x", limits: Self.limits, systemStat: Self.systemStat)
        }
        #expect(throws: ProcessStatus.Unreadable.self) {
            try ProcessStatus(stat: "42 (x) S 1", limits: Self.limits, systemStat: Self.systemStat)
        }
        #expect(throws: ProcessStatus.Unreadable.self) {
            try ProcessStatus(stat: stat, limits: "", systemStat: Self.systemStat)
        }
        #expect(throws: ProcessStatus.Unreadable.self) {
            try ProcessStatus(stat: stat, limits: Self.limits, systemStat: "cpu 1")
        }
    }

    @Test("this very process is told of: it began in the past, has memory, files and a build")
    func thisProcess() async throws {
        let registry = MetricRegistry()
        let readings = ProcessReadings(version: "1.2.3")
        registry.registerCollector("process") { try readings.collect() }
        let told = await registry.exposition()
        func number(_ name: String) throws -> Double {
            let line = try #require(told.split(separator: "\n").first { $0.hasPrefix(name + " ") })
            return try #require(Double(line.dropFirst(name.count + 1)))
        }
        #expect(told.contains("postrider_build_info{version=\"1.2.3\"} 1\n"))
        let start = try number("process_start_time_seconds")
        let now = Date().timeIntervalSince1970
        #expect(start <= now && start > now - 86_400)
        #expect(try number("process_resident_memory_bytes") > 1e6)
        #expect(try number("process_cpu_seconds_total") > 0)
        #expect(try number("process_open_fds") >= 3)
        #expect(try number("process_max_fds") > 3)
    }
}
