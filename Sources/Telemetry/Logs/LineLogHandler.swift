package import Logging
import Foundation

/// Writes log lines to standard error, so that standard output stays for results.
///
/// Metadata never holds secrets, bodies or full addresses; that is the callers' duty, and ids are enough to find a row.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat

    package init(label: String, format: LogFormat, level: Logger.Level) {
        self.label = label
        self.format = format
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        let stamp = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let line =
            switch format {
            case .text: text(stamp, event.level, event.message, all)
            case .json: json(stamp, event.level, event.message, all)
            }
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    private func text(_ stamp: String, _ level: Logger.Level, _ message: Logger.Message, _ all: Logger.Metadata)
        -> String
    {
        var line = "\(stamp) \(level.rawValue.uppercased()) \(label): \(message)"
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        return line
    }

    private func json(_ stamp: String, _ level: Logger.Level, _ message: Logger.Message, _ all: Logger.Metadata)
        -> String
    {
        var object: [String: String] = all.mapValues { "\($0)" }
        object["time"] = stamp
        object["level"] = level.rawValue
        object["label"] = label
        object["message"] = "\(message)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A dictionary of strings always encodes.
        guard let data = try? encoder.encode(object) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
