import Dispatch
import Foundation
import ServiceLifecycle

/// SIGTSTP makes a worker quiet instead of stopping its process: the first step of a rolling restart.
final class QuietSignal: Service {
    private let action: @Sendable () -> Void

    init(_ action: @escaping @Sendable () -> Void) { self.action = action }

    func run() async throws {
        signal(SIGTSTP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTSTP, queue: .global())
        source.setEventHandler { [action] in action() }
        source.resume()
        try? await gracefulShutdown()
        source.cancel()
    }
}
