// What a running role tells: its logs, and its metrics in the form that Prometheus reads.
package import Logging

/// Makes the loggers of a process.
package struct LogSettings: Sendable {
    package let format: LogFormat
    package let level: Logger.Level

    package init(format: LogFormat, level: Logger.Level) {
        self.format = format
        self.level = level
    }

    /// - Parameter label: the part of the program that speaks, such as `worker`.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, format: format, level: level) }
    }
}
