import ServiceLifecycle
import StatusHTTP
import Telemetry

/// A role as it runs: its services, when it is ready, and what it knows only when asked.
struct Role: Sendable {
    /// Started in this order, stopped in the reverse.
    let services: [any Service]
    let checks: [ReadinessCheck]
    var collectors: [String: MetricCollector] = [:]
}
