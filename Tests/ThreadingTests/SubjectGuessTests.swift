import MailModel
import Testing

@testable import Threading

@Suite("Guessing from the subject")
struct SubjectGuessTests {
    private static let day: Int64 = 86_400
    private static let original = SubjectCandidate(
        thread: Make.thread(1), date: EpochSeconds(100 * day), participants: ["me@crm", "kim@x"])

    private static func assign(
        _ message: ThreadableMessage, candidates: [SubjectCandidate] = [original], held: Set<ThreadID> = []
    ) -> ThreadAssignment {
        ThreadAssigner.assign(
            batch: [message], known: [:], subjectCandidates: ["lunch": candidates], heldApart: held,
            ownAddresses: ["me@crm"], makeID: ThreadIDs(from: 9).make)
    }

    private static func reply(
        subject: String = "Re: Lunch", at date: Int64 = 101 * day, between people: Set<String> = ["me@crm", "kim@x"],
        replyTo: [String] = [], references: [String] = [], provider: String? = nil
    ) -> ThreadableMessage {
        Make.message(
            "r@x", replyTo: replyTo, references: references, provider: provider, subject: subject, at: date,
            between: people)
    }

    @Test("a reply without references joins the conversation of that subject, and is marked as a guess")
    func joins() {
        let assignment = Self.assign(Self.reply())
        #expect(assignment.threads == [Make.thread(1)])
        #expect(assignment.guessed == [0])
        #expect(assignment.created.isEmpty)
        #expect(assignment.links == [.init(key: Make.key("r@x"), thread: Make.thread(1), seen: true)])
    }

    @Test(
        "each condition is needed: take one away, and nothing is joined",
        arguments: [
            ("no reply prefix", reply(subject: "Lunch")),
            ("a forward", reply(subject: "Fwd: Lunch")),
            ("another subject", reply(subject: "Re: Lunch tomorrow")),
            ("nothing but a prefix", reply(subject: "Re:")),
            ("References are there", reply(references: ["elsewhere@x"])),
            ("In-Reply-To is there", reply(replyTo: ["elsewhere@x"])),
            ("the provider names its thread", reply(provider: "77")),
            ("only the account's owner is in both", reply(between: ["me@crm", "lee@x"])),
            ("nobody is in both", reply(between: ["lee@x"])),
            ("a second beyond seven days after", reply(at: 107 * day + 1)),
            ("a second beyond seven days before", reply(at: 93 * day - 1)),
        ])
    func eachConditionCounts(why: String, message: ThreadableMessage) {
        let assignment = Self.assign(message)
        #expect(assignment.threads == [Make.thread(9)], "\(why)")
        #expect(assignment.guessed.isEmpty, "\(why)")
    }

    @Test("seven days to the second are within reach")
    func reach() {
        #expect(Self.assign(Self.reply(at: 107 * Self.day)).guessed == [0])
    }

    @Test("of several conversations the nearest one before the reply is taken")
    func nearest() {
        let candidates = [
            SubjectCandidate(thread: Make.thread(1), date: EpochSeconds(97 * Self.day), participants: ["kim@x"]),
            SubjectCandidate(thread: Make.thread(2), date: EpochSeconds(99 * Self.day), participants: ["kim@x"]),
            SubjectCandidate(thread: Make.thread(3), date: EpochSeconds(101 * Self.day + 60), participants: ["kim@x"]),
        ]
        for order in [candidates, candidates.reversed()] {
            #expect(Self.assign(Self.reply(), candidates: order).threads == [Make.thread(2)])
        }
    }

    @Test("a reply finds its original in the same batch")
    func withinBatch() {
        let assignment = ThreadAssigner.assign(
            batch: [Self.reply(), Make.message("o@x", subject: "Lunch", at: 100 * Self.day, between: ["kim@x"])],
            known: [:], ownAddresses: ["me@crm"], makeID: ThreadIDs(from: 1).make)
        #expect(assignment.threads == [Make.thread(1), Make.thread(1)])
        #expect(assignment.guessed == [0])
    }

    @Test("newest first: an original that comes after its reply joins it, as a guess")
    func originalComesLater() {
        // given
        let waiting = SubjectCandidate(
            thread: Make.thread(1), date: EpochSeconds(101 * Self.day), participants: ["kim@x"], awaitsOriginal: true)
        let original = Self.reply(subject: "Lunch", at: 100 * Self.day)
        // then
        #expect(Self.assign(original, candidates: [waiting]).threads == [Make.thread(1)])
        #expect(Self.assign(original, candidates: [waiting]).guessed == [0])
        #expect(Self.assign(Self.reply(subject: "Lunch", at: 102 * Self.day), candidates: [waiting]).guessed.isEmpty)
    }

    @Test("a message that links have joined is no guess")
    func linksComeFirst() {
        let assignment = ThreadAssigner.assign(
            batch: [Self.reply(replyTo: ["a@x"])], known: [Make.key("a@x"): Make.thread(1)],
            subjectCandidates: ["lunch": [Self.original]], makeID: ThreadIDs(from: 9).make)
        #expect(assignment.threads == [Make.thread(1)])
        #expect(assignment.guessed.isEmpty)
    }
}
