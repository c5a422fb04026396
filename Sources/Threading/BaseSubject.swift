/// The base subject: what is left of a subject once the marks of replying and forwarding are gone (RFC 5256 §2.1).
///
/// Differences from the RFC, since here it only ever supports a guess:
/// - prefixes of other languages count (``SubjectPrefix``), as do a full-width colon and counters (`Re[2]:`, `Re(2):`,
///   `Re^2:`);
/// - tags of mailing lists in brackets stay, each once and before the rest, wherever a program put the prefix: threads
///   of two lists that go by the same words are two;
/// - case is folded, and full-width colons are plain ones.
package enum BaseSubject {
    /// How far apart two messages may lie that are joined by their subjects: 7 days, in seconds.
    package static let reach: Int64 = 604_800

    /// What a subject was taken apart into.
    package struct Parsed: Sendable, Hashable {
        /// Lower-cased, white space folded; empty where nothing is left. Equal bases are the same subject.
        package let base: String
        /// The outermost mark: `Re: Fwd: x` is a reply, `Fwd: Re: x` a forward; `nil` for a subject without any.
        package let prefix: SubjectPrefix?

        package var isReply: Bool { prefix == .reply }
        package var isForward: Bool { prefix == .forward }
    }

    /// - Parameter subject: decoded and unfolded.
    package static func parse(_ subject: String) -> Parsed {
        var scanner = SubjectScanner(subject)
        return scanner.parse()
    }
}
