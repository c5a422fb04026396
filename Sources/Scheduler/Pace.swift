import Logging
import ServiceLifecycle

/// Repeats one duty at a pace until the role shuts down; a failure is logged and waited out, and never ends the role.
struct Pace: Sendable {
    /// From the end of one round to the next.
    let interval: Duration
    /// After a failure, so that an outage isn't hammered.
    var pauseAfterFailure: Duration = .seconds(1)
    /// What the duty is called in the log.
    let duty: String
    let log: Logger

    /// - Parameter round: returns whether there is more to do at once.
    func `repeat`(_ round: @escaping @Sendable () async throws -> Bool) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var pause = interval
                do {
                    if try await round() { pause = .zero }
                } catch {
                    // Asked of the task: an error that calls itself a cancellation may be a failure of what it asked.
                    if Task.isCancelled { return }
                    log.warning("\(duty) failed; it is tried again", metadata: ["reason": "\(error)"])
                    pause = max(interval, pauseAfterFailure)
                }
                // The pace of the loop, not a wait for a state; cancellation ends it at once.
                guard (try? await Task.sleep(for: pause)) != nil else { return }
            }
        }
    }
}
