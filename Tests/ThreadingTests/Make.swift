import MailModel

@testable import Threading

/// Short spellings of values for the tests of this module.
enum Make {
    static func id(_ text: String) -> HeaderMessageID { HeaderMessageID(rawValue: text)! }

    /// The n-th thread id in order of making.
    static func thread(_ n: Int) -> ThreadID { ThreadID(UUIDv7.make(milliseconds: UInt64(n), random: (0, 0))) }

    static func key(_ text: String) -> LinkKey { .messageID(id(text)) }

    static func message(
        _ own: String?, replyTo: [String] = [], references: [String] = [], provider: String? = nil,
        index: [UInt8]? = nil, subject: String = "", at date: Int64 = 0, between participants: Set<String> = []
    ) -> ThreadableMessage {
        ThreadableMessage(
            messageID: own.map(id), inReplyTo: replyTo.map(id), references: references.map(id),
            providerThreadID: provider, threadIndexRoot: index, subject: subject, date: EpochSeconds(date),
            participants: participants)
    }
}

/// Hands out thread ids in ascending order, from one that the test chooses.
final class ThreadIDs {
    private var next: Int
    init(from first: Int) { next = first }

    func make() -> ThreadID {
        defer { next += 1 }
        return Make.thread(next)
    }
}
