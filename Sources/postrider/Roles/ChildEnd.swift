import Dispatch
import Foundation
import Synchronization

/// How a process that this one starts ends, also where Foundation doesn't tell it: of processes that were killed right after
/// their start, one in four were waited for in vain.
final class ChildEnd: Sendable {
    enum Ending: Sendable {
        case status(Int32)
        case signal(Int32)
        /// It has ended; how, nobody told.
        case untold
    }

    private struct State {
        var ending: Ending?
        var waiter: CheckedContinuation<Ending, Never>?
    }

    private let state = Mutex(State())
    /// Between two looks, and from the first that finds it ended until nothing is expected of Foundation any more.
    private static let look = 1.0

    /// - Parameter process: not started yet.
    init(of process: Process) {
        process.terminationHandler = { process in
            self.tell(
                process.terminationReason == .uncaughtSignal
                    ? .signal(process.terminationStatus) : .status(process.terminationStatus))
        }
    }

    /// Looks for the end of the process from now on.
    func watch(_ pid: pid_t) {
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.look) {
            if self.state.withLock({ $0.ending != nil }) { return }
            guard Self.hasEnded(pid) else { return self.watch(pid) }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.look) { self.tell(.untold) }
        }
    }

    /// Waits for the end of a process that is watched, also in a task that is cancelled. It is waited for once.
    func wait() async -> Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.waiter = continuation }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    private func tell(_ ending: Ending) {
        let waiter = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: ending)
    }

    /// Whether a child has ended, whoever took note of that.
    private static func hasEnded(_ pid: pid_t) -> Bool {
        var info = siginfo_t()
        guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return errno == ECHILD }
        // Zero where there is nothing to tell.
        return info.si_signo != 0
    }
}

extension ChildEnd.Ending: CustomStringConvertible {
    var description: String {
        switch self {
        case .status(let status): "status \(status)"
        case .signal(let signal): "signal \(signal)"
        case .untold: "an end that was not told"
        }
    }
}
