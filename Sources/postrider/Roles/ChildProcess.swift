import Foundation

/// What is asked of the kernel about processes that Foundation has started, since it doesn't tell every end.
enum ChildProcess {
    /// Whether a child has ended, whoever took note of that.
    static func hasEnded(_ pid: pid_t) -> Bool {
        var info = siginfo_t()
        guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return errno == ECHILD }
        // Zero where there is nothing to tell.
        return info.si_signo != 0
    }
}
