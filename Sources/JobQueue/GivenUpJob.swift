/// A job that is given up: what the dead letters keep of it.
package struct GivenUpJob: Sendable, Hashable {
    package let job: ClaimedJob
    package let failure: JobFailure
}
