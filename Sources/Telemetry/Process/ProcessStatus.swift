/// The numbers that are taken from the kernel's texts (proc(5)).
struct ProcessStatus: Sendable, Hashable {
    /// A text that is not as the kernel writes it.
    struct Unreadable: Error, CustomStringConvertible {
        let file: String
        var description: String { "/proc/\(file) is not as Linux writes it" }
    }

    /// User and system time together.
    let cpuTicks: Double
    /// Since the machine's start.
    let startTicks: Double
    let residentPages: Double
    /// Seconds since the epoch.
    let bootTime: Double
    /// `nil` where there is no limit.
    let fileLimit: Double?

    /// - Parameters:
    ///   - stat: of /proc/self/stat.
    ///   - limits: of /proc/self/limits.
    ///   - systemStat: of /proc/stat.
    init(stat: String, limits: String, systemStat: String) throws(Unreadable) {
        // The program's name, in brackets, may hold anything, brackets and blanks as well; the third field follows it.
        guard let name = stat.lastIndex(of: ")") else { throw Unreadable(file: "self/stat") }
        let fields = stat[stat.index(after: name)...].split(whereSeparator: \.isWhitespace)
        func field(_ number: Int) -> Double? { fields.count > number - 3 ? Double(fields[number - 3]) : nil }
        guard let user = field(14), let system = field(15), let start = field(22), let resident = field(24) else {
            throw Unreadable(file: "self/stat")
        }
        cpuTicks = user + system
        startTicks = start
        residentPages = resident

        let boot = systemStat.split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard let seconds = boot.flatMap({ Double($0.dropFirst("btime ".count)) }) else {
            throw Unreadable(file: "stat")
        }
        bootTime = seconds

        let label = "Max open files"
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else {
            throw Unreadable(file: "self/limits")
        }
        let limit = line.dropFirst(label.count).split(separator: " ").first
        fileLimit = limit.flatMap { Double($0) }
    }
}
