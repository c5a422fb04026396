import MetricNames
import Metrics

/// Counts the open connections of a process by their state.
package struct IMAPMetrics: Sendable {
    /// The values of the metric's label.
    enum State: String, Sendable {
        case connecting, greeted
        case signedIn = "signed_in"
    }

    private let connecting = PostriderMetrics.imapConnections.meter(State.connecting.rawValue)
    private let greeted = PostriderMetrics.imapConnections.meter(State.greeted.rawValue)
    private let signedIn = PostriderMetrics.imapConnections.meter(State.signedIn.rawValue)

    /// Counts with the metrics system as it is now: to be made after that was set up.
    package init() {}

    func meter(_ state: State) -> Meter {
        switch state {
        case .connecting: connecting
        case .greeted: greeted
        case .signedIn: signedIn
        }
    }
}
