/// A run that has ended, whether or not Redis knows.
package struct FinishedRun: Sendable {
    let context: JobContext
    package let outcome: JobOutcome
    /// How long it took.
    package let duration: Duration

    package var job: ClaimedJob { context.job }
}
