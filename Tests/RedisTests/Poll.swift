import Testing

/// Waiting for a state that nobody signals.
enum Poll {
    /// Looks again and again until `holds`, or fails after a time.
    /// - Parameter what: what is waited for, as the failure says it.
    static func until(
        _ what: Comment, within limit: Duration = .seconds(45), sourceLocation: SourceLocation = #_sourceLocation,
        _ holds: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        try #require(Bool(false), what, sourceLocation: sourceLocation)
    }
}
