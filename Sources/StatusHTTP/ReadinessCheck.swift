/// One question that decides whether the process is ready.
package struct ReadinessCheck: Sendable {
    /// Such as `worker`; one of few, fixed in the code.
    package let name: String
    let ask: @Sendable () async -> Readiness

    /// - Parameter ask: answers at once, from what is known; whoever asks has little time.
    package init(_ name: String, _ ask: @escaping @Sendable () async -> Readiness) {
        self.name = name
        self.ask = ask
    }
}
