import IMAPCore
import MailModel
import NIOCore

/// Makes whole messages: one allocation of the declared size and one copy of each octet into it, or a file.
///
/// An allocation is never larger than the spool threshold, so a size that lies can't cost more than that.
struct MessageAssembler: FetchAssembler {
    private enum Body {
        case none
        case memory(MessageBlock)
        case file(SpoolWriter)
        /// Read past.
        case refused(size: UInt64)
        case complete(RawMessage)
    }

    private let requested: UIDSet
    private let options: IMAPConnectionOptions
    private var body = Body.none
    /// Whether the section under way is one that was not asked for.
    private var isSkipping = false

    init(requested: UIDSet, options: IMAPConnectionOptions) {
        self.requested = requested
        self.options = options
    }

    mutating func begin(_ section: BodyBegin) {
        guard section.section == .whole, section.origin == nil, case .none = body else {
            isSkipping = true
            return
        }
        if section.size > options.maximumMessageSize {
            body = .refused(size: section.size)
        } else if section.size > UInt64(options.spoolThreshold) {
            body = .file(SpoolWriter(folder: options.spoolFolder, budget: options.budget))
        } else {
            body = .memory(MessageBlock(capacity: Int(section.size), budget: options.budget))
        }
    }

    mutating func take(_ chunk: ByteBuffer) -> Bool {
        guard !isSkipping else { return false }
        switch body {
        case .memory(let block):
            block.append(chunk)
            return false
        case .file(let writer):
            return writer.append(chunk)
        case .none, .refused, .complete:
            return false
        }
    }

    mutating func flush() async throws(IMAPError) {
        if case .file(let writer) = body { try await writer.flush() }
    }

    mutating func end() async throws(IMAPError) {
        if isSkipping {
            isSkipping = false
            return
        }
        switch body {
        case .memory(let block): body = .complete(block.finish())
        case .file(let writer): body = .complete(try await writer.finish())
        case .none, .refused, .complete: return
        }
    }

    mutating func finish(_ response: FetchResponse) -> (item: FetchedMessage, weight: Int)? {
        defer { body = .none }
        guard let uid = response.uid, requested.contains(uid) else { return nil }
        let content: FetchedMessage.Content
        let weight: Int
        switch body {
        case .complete(let message):
            content = .raw(message)
            weight = message.fileDescriptor == nil ? message.count : 0
        case .refused(let size):
            content = .refused(size: size)
            weight = 0
        case .none, .memory, .file:
            // Flags that changed while this fetch is under way come unasked, and are no answer to it.
            guard response.isMoreThanFlags else { return nil }
            content = .missing
            weight = 0
        }
        let attributes = FetchedAttributes(uid: uid, response: response, sections: [])
        return (FetchedMessage(attributes: attributes, content: content), weight)
    }
}

extension FetchResponse {
    /// Whether it says anything that a change of flags does not.
    var isMoreThanFlags: Bool {
        namedBody || internalDate != nil || size != nil || gmailMessageID != nil || emailID != nil || !lost.isEmpty
    }
}
