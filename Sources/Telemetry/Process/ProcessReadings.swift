import Foundation
import MetricNames

/// What the kernel says of this process, read from /proc at each scrape.
package struct ProcessReadings: Sendable {
    private let folder: URL
    private let version: String
    private let pageSize: Double
    private let ticksPerSecond: Double

    /// - Parameter version: of the program.
    package init(version: String) {
        self.init(version: version, folder: URL(filePath: "/proc", directoryHint: .isDirectory))
    }

    /// - Parameter folder: laid out as /proc is.
    init(
        version: String, folder: URL, pageSize: Int = sysconf(Int32(_SC_PAGESIZE)),
        ticksPerSecond: Int = sysconf(Int32(_SC_CLK_TCK))
    ) {
        self.version = version
        self.folder = folder
        self.pageSize = Double(pageSize)
        self.ticksPerSecond = Double(ticksPerSecond)
    }

    /// - Throws: where /proc can't be read, or isn't Linux'.
    package func collect() throws -> [MetricReading] {
        let status = try ProcessStatus(
            stat: text("self/stat"), limits: text("self/limits"), systemStat: text("stat"))
        // The folder is open while it is being listed.
        let files =
            try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "self/fd").path).count - 1
        var readings = [
            MetricReading(PostriderMetrics.buildInfo, version, is: 1),
            MetricReading(PostriderMetrics.processCPU, is: status.cpuTicks / ticksPerSecond),
            MetricReading(PostriderMetrics.processMemory, is: status.residentPages * pageSize),
            MetricReading(PostriderMetrics.processFiles, is: Double(files)),
            MetricReading(PostriderMetrics.processStart, is: status.bootTime + status.startTicks / ticksPerSecond),
        ]
        if let limit = status.fileLimit {
            readings.append(MetricReading(PostriderMetrics.processFileLimit, is: limit))
        }
        return readings
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }
}
