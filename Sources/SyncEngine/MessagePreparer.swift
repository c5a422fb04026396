import Ancestry
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
    let item: WatchedFolder
    let rules: PreparationRules

    /// - Returns: `nil` for a message whose body, date or flags didn't come.
    /// - Throws: where a spooled message can't be read back.
    func prepare(_ message: FetchedMessage) throws -> NewMessage? {
        guard let raw = message.raw, let internalDate = message.internalDate, let flags = message.flags else {
            return nil
        }
        let identity = message.attributes.identity
        let content = RawContent(raw)
        let hash: [UInt8]
        let parsed: ParsedMessage
        if let descriptor = raw.fileDescriptor {
            hash = try content.sha256()
            parsed = parser.parse(fileDescriptor: descriptor, length: raw.count)
        } else {
            // In one pass over the bytes, while they are in the processor's cache.
            (hash, parsed) = try raw.withBytes { bytes in
                (Array(SHA256.hash(data: bytes)), parser.parse(bytes))
            }
        }
        let participants = Self.participants(of: parsed)
        let claims = rules.purpose.mayRaise(internalDate: internalDate, window: item.window)
        return NewMessage(
            folder: item.folder.id, uidValidity: item.uidValidity, uid: message.uid, flags: flags,
            modSequence: message.attributes.modSequence, internalDate: internalDate, provider: identity,
            sha256: hash, raw: content, messageID: parsed.messageID,
            subject: parsed.subject, date: parsed.date, participants: participants,
            snippet: parsed.snippet, text: parsed.text, html: parsed.html, listID: parsed.listID,
            autoSubmitted: parsed.autoSubmitted.names, marks: parsed.marks.map(\.rawValue).sorted(),
            attachments: parsed.attachments.map(NewMessage.Attachment.init),
            threadable: threadable(parsed, participants, provider: identity, internalDate: internalDate),
            takenBy: rules.purpose.taken(internalDate: internalDate, window: item.window),
            claim: claims ? claim(of: parsed, participants, provider: identity) : nil
        )
    }

    /// The headers whose people take part in a conversation.
    private static let talking: Set<ParticipantRole> = [.from, .to, .cc]

    private static func participants(of parsed: ParsedMessage) -> [NewMessage.Participant] {
        let headers: [(ParticipantRole, [EmailAddress])] = [
            (.from, parsed.from), (.sender, parsed.sender), (.replyTo, parsed.replyTo), (.to, parsed.to),
            (.cc, parsed.cc), (.bcc, parsed.bcc),
        ]
        return headers.flatMap { role, addresses in
            addresses.map { NewMessage.Participant(role: role, address: $0) }
        }
    }

    /// What it replies to or forwards. Whether that is missing, whoever stores it knows.
    private func claim(
        of parsed: ParsedMessage, _ participants: [NewMessage.Participant], provider: ProviderIdentity
    ) -> TrackedClaim? {
        let from = Set(participants.lazy.filter { $0.role == .from || $0.role == .sender }.map(\.normalised))
        // Only of the user's own mail does the text count, and most mail isn't.
        let isOwn = !from.isDisjoint(with: rules.ownAddresses)
        let claim = AncestorClaim.of(
            MessageFacts(
                messageID: parsed.messageID, inReplyTo: parsed.inReplyTo, references: parsed.references,
                forwardedIDs: parsed.forwardedMessageIDs,
                attachedIDs: parsed.attachments.compactMap(\.attachedMessageID), providerThreadID: provider.threadID,
                subject: parsed.subject ?? "", text: isOwn ? Self.text(of: parsed) : "", from: from,
                ownAddresses: rules.ownAddresses, isAutoSubmitted: !parsed.autoSubmitted.isEmpty))
        guard let claim else { return nil }
        if let nearest = claim.wanted.first, rules.coming.contains(nearest) { return nil }
        return TrackedWish(claim, sentOffset: parsed.date?.offsetMinutes).claim
    }

    /// What people read of it, by lines.
    private static func text(of parsed: ParsedMessage) -> String {
        if let text = parsed.text, !text.isEmpty { return text }
        return parsed.html.map { HTMLText.strip($0, inputLimit: ForwardedBlock.inputLimit) } ?? ""
    }

    private func threadable(
        _ parsed: ParsedMessage, _ participants: [NewMessage.Participant], provider: ProviderIdentity,
        internalDate: EpochSeconds
    ) -> ThreadableMessage {
        ThreadableMessage(
            messageID: parsed.messageID, inReplyTo: parsed.inReplyTo, references: parsed.references,
            forwarded: parsed.forwardedMessageIDs, providerThreadID: provider.threadID,
            threadIndexRoot: parsed.threadIndexRoot, subject: parsed.subject ?? "",
            date: internalDate,
            participants: Set(participants.lazy.filter { Self.talking.contains($0.role) }.map(\.normalised))
        )
    }
}

extension NewMessage.Attachment {
    init(_ parsed: ParsedAttachment) {
        self.init(
            part: parsed.partPath, filename: parsed.filename, contentType: parsed.contentType,
            isInline: parsed.isInline, contentID: parsed.contentID, transferEncoding: parsed.transferEncoding.rawValue,
            body: parsed.bodyRange, size: parsed.decodedSize)
    }
}

extension RawContent {
    /// How much of a spooled message is read at once for hashing, in bytes.
    private static let hashStep = 256 << 10

    /// 32 bytes. It reads: not on the cooperative pool.
    func sha256() throws -> [UInt8] {
        var hash = SHA256()
        for offset in stride(from: 0, to: count, by: Self.hashStep) {
            try withBytes(in: offset..<min(offset + Self.hashStep, count)) { hash.update(bufferPointer: $0) }
        }
        return Array(hash.finalize())
    }

    init(_ raw: RawMessage) {
        self.init(count: raw.count) { range, body in
            guard let descriptor = raw.fileDescriptor else {
                return try raw.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
            }
            // Read, not mapped: mapped pages would count as the process's own memory.
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 16)
            defer { buffer.deallocate() }
            var filled = 0
            while filled < range.count {
                let got = pread(
                    descriptor, buffer.baseAddress! + filled, range.count - filled, off_t(range.lowerBound + filled))
                guard got > 0 else { throw SyncError.spoolUnreadable }
                filled += got
            }
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
