import MailModel
import Testing

@testable import SyncPlanning

@Suite("Placed and skipped are the server's set")
struct CoverageCheckTests {
    @Test("a folder whose UIDs are each placed or skipped has no differences")
    func complete() {
        let differences = CoverageCheck.verify(
            server: Make.uids(1, 2, 3, 4), placed: Make.uids(1, 4),
            skipped: [(Make.uids(2), .tooOld), (Make.uids(3), .oldArrival)])
        #expect(differences.isEmpty)
    }

    @Test("each kind of difference is told apart")
    func differences() {
        let differences = CoverageCheck.verify(
            server: Make.uids(1, 2, 3, 4, 5), placed: Make.uids(1, 2, 9),
            skipped: [(Make.uids(2, 3, 8), .tooOld), (Make.uids(3, 4), .oldArrival)])
        #expect(differences.missing == Make.uids(5))
        #expect(differences.vanished == Make.uids(9))
        #expect(differences.skippedVanished == Make.uids(8))
        #expect(differences.contradictory == Make.uids(2, 3))
        #expect(!differences.isEmpty)
    }

    @Test("an empty folder is complete, and one that lost a single UID is not")
    func edges() {
        #expect(CoverageCheck.verify(server: UIDSet(), placed: UIDSet(), skipped: []).isEmpty)
        #expect(!CoverageCheck.verify(server: Make.uids(1), placed: UIDSet(), skipped: []).isEmpty)
    }
}
