/// The numbers of an SMTP reply. Its text is left out on purpose: a server may quote in it what it was sent.
package struct SMTPReply: Sendable, Hashable {
    /// Three digits (RFC 5321 §4.2).
    package let code: Int
    /// The enhanced status, `class.subject.detail` (RFC 3463), when the server gives one.
    package let enhancedStatus: String?

    package init(code: Int, enhancedStatus: String? = nil) {
        self.code = code
        self.enhancedStatus = enhancedStatus
    }

    /// 4yz: the same may succeed later.
    package var isTransient: Bool { (400..<500).contains(code) }
}

extension SMTPReply: CustomStringConvertible {
    package var description: String {
        enhancedStatus.map { "\(code) \($0)" } ?? "\(code)"
    }
}
