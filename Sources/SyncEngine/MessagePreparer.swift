import Crypto
import Foundation
import IMAP
import MIME
import MailModel
import MailStore
import Threading

/// From a fetched message to the rows that are stored for it: hashed, parsed, and with what ties it to a thread.
struct MessagePreparer {
    let parser: MessageParser
    let folder: FolderID
    let uidValidity: UIDValidity

    /// `nil` for a message whose body or date didn't come.
    func prepare(_ message: FetchedMessage) -> NewMessage? {
        guard let raw = message.raw, let internalDate = message.internalDate else { return nil }
        var hash = SHA256()
        let parsed: ParsedMessage
        switch raw.storage {
        case .memory:
            parsed = raw.withBytes { bytes in
                hash.update(bufferPointer: bytes)
                return parser.parse(bytes)
            }
        case .file(let descriptor):
            raw.forEachChunk { hash.update(bufferPointer: $0) }
            parsed = parser.parse(fileDescriptor: descriptor, length: raw.count)
        }
        return NewMessage(
            folder: folder, uidValidity: uidValidity, uid: message.uid, flags: message.flags ?? [],
            modSequence: message.modSequence, internalDate: internalDate, provider: message.provider,
            sha256: Array(hash.finalize()), raw: RawContent(raw), messageID: parsed.messageID,
            subject: parsed.subject, date: parsed.date, participants: Self.participants(of: parsed),
            snippet: parsed.snippet, text: parsed.text, html: parsed.html, listID: parsed.listID,
            autoSubmitted: parsed.autoSubmitted.names, marks: parsed.marks.map(\.rawValue).sorted(),
            attachments: parsed.attachments.map(NewMessage.Attachment.init),
            threadable: threadable(parsed, provider: message.provider, internalDate: internalDate)
        )
    }

    private static func participants(of parsed: ParsedMessage) -> [NewMessage.Participant] {
        let headers: [(ParticipantRole, [EmailAddress])] = [
            (.from, parsed.from), (.sender, parsed.sender), (.replyTo, parsed.replyTo), (.to, parsed.to),
            (.cc, parsed.cc), (.bcc, parsed.bcc),
        ]
        return headers.flatMap { role, addresses in
            addresses.map { NewMessage.Participant(role: role, address: $0) }
        }
    }

    private func threadable(
        _ parsed: ParsedMessage, provider: ProviderIdentity, internalDate: EpochSeconds
    ) -> ThreadableMessage {
        ThreadableMessage(
            messageID: parsed.messageID, inReplyTo: parsed.inReplyTo, references: parsed.references,
            providerThreadID: provider.threadID, threadIndexRoot: parsed.threadIndexRoot, subject: parsed.subject ?? "",
            date: internalDate,
            participants: Set((parsed.from + parsed.to + parsed.cc).map(\.normalised))
        )
    }
}

extension NewMessage.Attachment {
    init(_ parsed: ParsedAttachment) {
        self.init(
            part: parsed.partPath, filename: parsed.filename, contentType: parsed.contentType,
            isInline: parsed.isInline, contentID: parsed.contentID, transferEncoding: parsed.transferEncoding.name,
            body: parsed.bodyRange, size: parsed.decodedSize)
    }
}

extension RawContent {
    init(_ raw: RawMessage) {
        self.init(count: raw.count) { range, body in try raw.withBytes(in: range, body) }
    }
}
