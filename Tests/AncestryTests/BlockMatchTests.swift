import MailModel
import Testing

@testable import Ancestry

@Suite("Which message a block shows")
struct BlockMatchTests {
    private typealias Match = BlockMatch<Int>

    /// 15 January 2024, 10:30 on a clock of which nothing is known.
    private static let block = ForwardedBlock(
        senderAddress: "kim@example.com", senderName: "Kim Lee", sentAt: [Make.time(2024, 1, 15, 10, 30)],
        subject: "RE: Lunch")

    private static func candidate(
        _ id: Int, at moment: EpochSeconds = Make.moment(2024, 1, 15, 1, 30, 59), from: String = "kim@example.com",
        name: String = "Kim Lee", subject: String = "Lunch", messageID: String? = nil
    ) -> Match.Candidate {
        .init(
            id: id, messageID: messageID.map(Make.id), from: [from], fromNames: [name], sentAt: moment,
            subject: subject)
    }

    @Test("one by the same sender, in the same minute of some zone, under the same base subject, is it")
    func one() {
        #expect(Match.choose(Self.block, among: [Self.candidate(1)]) == .one(1))
    }

    @Test(
        "sender, minute and subject are each needed",
        arguments: [
            candidate(1, from: "lee@example.com"), candidate(1, subject: "Lunch tomorrow"),
            candidate(1, at: Make.moment(2024, 1, 15, 1, 31)), candidate(1, at: Make.moment(2024, 1, 15, 1, 29, 59)),
            // Farther off than any zone is.
            candidate(1, at: Make.moment(2024, 1, 14, 20, 15)), candidate(1, at: Make.moment(2024, 1, 15, 22, 45)),
        ])
    private func each(candidate: Match.Candidate) {
        #expect(Match.choose(Self.block, among: [candidate]) == .none)
        #expect(Match.choose(Self.block, among: [candidate, Self.candidate(2)]) == .one(2))
    }

    @Test("a block that names its zone is taken at its word")
    func withZone() {
        var block = Self.block
        block.sentAt = [Make.time(2024, 1, 15, 10, 30, offset: 540)]
        #expect(Match.choose(block, among: [Self.candidate(1)]) == .one(1))
        #expect(Match.choose(block, among: [Self.candidate(1, at: Make.moment(2024, 1, 15, 2, 30))]) == .none)
        #expect(block.earliest == Make.moment(2024, 1, 15, 1, 30))
        #expect(block.latest == Make.moment(2024, 1, 15, 1, 30, 59))
    }

    @Test("two are ambiguous, unless the forwarder's own clock tells them apart")
    func ambiguous() {
        let two = [Self.candidate(1), Self.candidate(2, at: Make.moment(2024, 1, 15, 9, 30))]
        #expect(Match.choose(Self.block, among: two) == .ambiguous)
        #expect(Match.choose(Self.block, among: two, likelyOffset: 540) == .one(1))
        #expect(Match.choose(Self.block, among: two, likelyOffset: 60) == .one(2))
        #expect(Match.choose(Self.block, among: two, likelyOffset: -300) == .ambiguous)
        #expect(Match.choose(Self.block, among: [two[0], Self.candidate(3)], likelyOffset: 540) == .ambiguous)
    }

    @Test("the forwarder's clock excludes nothing: a block may show the sender's")
    func likelyOffsetOnlyDecides() {
        #expect(Match.choose(Self.block, among: [Self.candidate(1)], likelyOffset: 0) == .one(1))
    }

    @Test("copies of one message in several folders are one")
    func copies() {
        let copies = [Self.candidate(1, messageID: "a@x"), Self.candidate(2, messageID: "a@x")]
        #expect(Match.choose(Self.block, among: copies) == .one(1))
        #expect(Match.choose(Self.block, among: copies + [Self.candidate(3, messageID: "b@x")]) == .ambiguous)
    }

    @Test("a sender shown by name alone is matched by name")
    func byName() {
        var block = Self.block
        block.senderAddress = nil
        #expect(Match.choose(block, among: [Self.candidate(1, name: "KIM LEE")]) == .one(1))
        #expect(Match.choose(block, among: [Self.candidate(1, name: "Kim")]) == .none)
    }

    @Test("a date that may be two days matches either")
    func twoDays() {
        var block = Self.block
        block.sentAt = [Make.time(2024, 4, 3, 10, 30), Make.time(2024, 3, 4, 10, 30)]
        #expect(Match.choose(block, among: [Self.candidate(1, at: Make.moment(2024, 3, 4, 10, 30))]) == .one(1))
        #expect(Match.choose(block, among: [Self.candidate(1, at: Make.moment(2024, 4, 3, 10, 30))]) == .one(1))
        #expect(block.earliest == Make.moment(2024, 3, 3, 20, 30))
        #expect(block.latest == Make.moment(2024, 4, 3, 22, 30, 59))
    }

    @Test("nothing is matched by nothing")
    func empty() { #expect(Match.choose(Self.block, among: []) == .none) }
}
