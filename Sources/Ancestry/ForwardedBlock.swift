package import MailModel

/// The header block that mail programs put above a message that they forward, as far as it tells which message that is.
///
/// ```
/// ---------- Forwarded message ---------
/// From: Kim Lee <kim@example.com>
/// Date: Mon, Jan 15, 2024 at 10:30 AM
/// Subject: Lunch
/// To: <lee@example.com>
/// ```
package struct ForwardedBlock: Sendable, Hashable {
    /// What stands above the block.
    package enum Introduction: Sendable, Hashable {
        /// A line that says that a message is forwarded.
        case forwarded
        /// A line that announces an original message, or nothing: programs quote so in replies too.
        case other
    }

    /// Normalised; `nil` where only a name is shown, as Exchange does for its own users.
    package var senderAddress: String?
    package var senderName: String?
    /// What the date may mean, never empty: `3/4/2024` is two days.
    package var sentAt: [BlockTime]
    /// As it stands there, prefixes and all; may be empty.
    package var subject: String
    /// Normalised addresses of its To line, as far as it has any.
    package var recipients: [String]
    package var introduction: Introduction

    package init(
        senderAddress: String?, senderName: String? = nil, sentAt: [BlockTime], subject: String,
        recipients: [String] = [], introduction: Introduction = .other
    ) {
        self.senderAddress = senderAddress
        self.senderName = senderName
        self.sentAt = sentAt
        self.subject = subject
        self.recipients = recipients
        self.introduction = introduction
    }

    /// How many bytes of a text are looked at.
    package static let inputLimit = 256 << 10

    /// The first block of a text, which is the outermost: what was forwarded last. It costs time in proportion to the
    /// text, whatever is in it.
    ///
    /// A block has a sender, a date to the minute and a subject, each with its label in one of the languages that
    /// ``BlockLabels`` knows; labels of several languages may stand together, as Gmail writes them.
    package static func find(in text: String) -> ForwardedBlock? {
        var scanner = BlockScanner()
        var text = text
        return text.withUTF8 { bytes in
            var rest = bytes.prefix(inputLimit)
            while !rest.isEmpty {
                let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
                if let block = scanner.take(UnsafeBufferPointer(rebasing: rest[rest.startIndex..<end])) { return block }
                let isPair = end + 1 < rest.endIndex && rest[end] == 0x0D && rest[end + 1] == 0x0A
                rest = rest[min(end + (isPair ? 2 : 1), rest.endIndex)...]
            }
            return scanner.finish()
        }
    }

    /// From the earliest to the latest moment that its date may mean: what to ask a store or a server for.
    package var earliest: EpochSeconds { sentAt.map(\.earliest).min() ?? EpochSeconds(0) }
    package var latest: EpochSeconds { sentAt.map(\.latest).max() ?? EpochSeconds(0) }
}
