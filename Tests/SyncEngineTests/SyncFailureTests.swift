import Failure
import IMAPCore
import MailModel
import MailStore
import Testing

@testable import SyncEngine

@Suite("What a failed visit means for its account")
struct SyncFailureTests {
    /// An error with whatever disposition a case asks for.
    private struct Fault: CodedFailure, CustomStringConvertible {
        let disposition: Disposition
        var code = "fault"
        var description: String { "it went wrong" }
    }

    private func consequence(_ disposition: Disposition, failuresBefore: Int = 0, code: String = "fault")
        -> Store.VisitFailure?
    {
        SyncFailure(Fault(disposition: disposition, code: code)).consequence(failuresBefore: failuresBefore)
    }

    @Test("a dropped connection is tried again in a second, and the account keeps its state")
    func droppedConnection() throws {
        let failure = try #require(consequence(.retryNow))
        #expect(failure.retryAfterSeconds == 1)
        #expect(failure.state == nil)
        #expect(failure.problem == AccountProblem(code: "fault", text: "it went wrong"))
    }

    @Test("after three failures in a row the account is shown as unreachable")
    func patience() throws {
        #expect(try #require(consequence(.retryLater, failuresBefore: 1)).state == nil)
        #expect(try #require(consequence(.retryLater, failuresBefore: 2)).state == .unreachable)
    }

    @Test("the pause doubles with each failure in a row and ends at an hour")
    func backoff() {
        let pauses = (0..<12).map { SyncFailure.backoff($0) }
        #expect(pauses.prefix(4) == [10, 20, 40, 80])
        #expect(pauses.last == 3_600)
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("a wait that the server asked for is obeyed and is no failure of the account")
    func throttle() throws {
        let failure = try #require(consequence(.retryAfter(seconds: 77), failuresBefore: 9))
        #expect(failure.retryAfterSeconds == 77)
        #expect(failure.state == nil)
    }

    @Test("a refused sign-in waits for its owner and is not tried again")
    func refusedSignIn() throws {
        let refusal = try #require(
            SyncFailure(IMAPError.signInRefused(.credentials("no"))).consequence(failuresBefore: 0))
        #expect(refusal.state == .needsReauthentication)
        #expect(refusal.retryAfterSeconds == nil)
        #expect(refusal.problem.code == "sign_in_refused")
    }

    @Test("a certificate that isn't trusted is shown as unreachable and looked at again later")
    func certificate() throws {
        let failure = try #require(
            SyncFailure(IMAPError.insecure(.untrustedCertificate)).consequence(failuresBefore: 0))
        #expect(failure.state == .unreachable)
        #expect(try #require(failure.retryAfterSeconds) > 60)
    }

    @Test("a stop, a lost lease and a store that can't be reached are no fault of the account")
    func notTheAccount() {
        #expect(consequence(.cancelled) == nil)
        #expect(SyncFailure(CancellationError()).consequence(failuresBefore: 0) == nil)
        #expect(SyncFailure(StoreError.leaseLost).consequence(failuresBefore: 0) == nil)
    }
}
