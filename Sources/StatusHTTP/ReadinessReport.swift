import Foundation

/// What `/readyz` tells.
struct ReadinessReport: Encodable, Sendable {
    struct Check: Encodable, Sendable {
        let name: String
        let ready: Bool
        /// Why it isn't ready.
        let reason: String?
    }

    let ready: Bool
    let checks: [Check]

    /// Asks all, in their order. A process without checks is ready.
    init(asking checks: [ReadinessCheck]) async {
        var asked: [Check] = []
        for check in checks {
            switch await check.ask() {
            case .ready: asked.append(Check(name: check.name, ready: true, reason: nil))
            case .notReady(let reason): asked.append(Check(name: check.name, ready: false, reason: reason))
            }
        }
        self.checks = asked
        ready = asked.allSatisfy(\.ready)
    }
}
