import MailModel
import Testing

@testable import Threading

@Suite(
    "imaptest's mailboxes for THREAD",
    .enabled(if: ImaptestScript.isToBeTested, "the corpus imaptest-thread is absent"))
struct ImaptestCorpusTests {
    /// Where threads rightly differ from the reply: by script and number of the THREAD command in it. One that no
    /// longer differs fails too.
    static let differences: [String: String] = [
        // The algorithm drops the link that would close a loop, and so cuts <a@b> off, which another message names.
        "thread 1": "every reference joins, also one within a loop",
        // The algorithm takes the second for a message without an id.
        "thread2 1": "messages with equal Message-IDs are separate messages of one thread (product.md §5)",
        // The reply names another message, which isn't there.
        "thread4 1": "the subject alone is never enough",
        // `[foo] Fwd: [bar] Re: fw: b` is not `b` here.
        "thread-orderedsubject 1": "tags of mailing lists stay in the base subject",
    ]

    @Test(
        "threads are the sets that THREAD=REFERENCES gives, or differ in a way that is listed",
        arguments: ["thread", "thread2", "thread3", "thread4", "thread5", "thread6", "thread7", "thread8"])
    func references(_ name: String) throws {
        let script = try ImaptestScript(name)
        #expect(!script.expectations.isEmpty)
        for (number, expected) in script.expectations.enumerated() {
            // when
            let threads = ThreadGrouping.group(expected.present.map { script.messages[$0] })
            // then
            #expect(expected.algorithm == "references")
            let reason = Self.differences["\(name) \(number + 1)"]
            #expect(
                (Set(threads.map { Set($0) }) != expected.threads) == (reason != nil),
                "\(name) \(number + 1): \(threads), not \(expected.threads)")
        }
    }

    @Test(
        "base subjects are equal where THREAD=ORDEREDSUBJECT says so, or differ in a way that is listed",
        arguments: ["thread-orderedsubject", "thread-orderedsubject2"])
    func orderedSubject(_ name: String) throws {
        let script = try ImaptestScript(name)
        #expect(!script.expectations.isEmpty)
        for (number, expected) in script.expectations.enumerated() {
            // when
            let bases = expected.present.map { BaseSubject.parse(script.messages[$0].subject).base }
            let groups = Set(Dictionary(grouping: bases.indices, by: { bases[$0] }).values.map { Set($0) })
            // then
            #expect(expected.algorithm == "orderedsubject")
            let reason = Self.differences["\(name) \(number + 1)"]
            #expect((groups != expected.threads) == (reason != nil), "\(bases)")
        }
    }

    @Test(
        "mailboxes that only subjects tie together are all single messages",
        arguments: ["thread-orderedsubject", "thread-orderedsubject2"])
    func neverBySubjectAlone(_ name: String) throws {
        let messages = try ImaptestScript(name).messages
        #expect(ThreadGrouping.group(messages).count == messages.count)
    }
}
