import IMAPCore
import MailModel
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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

/// Memory that a message is copied into as it comes.
private final class MessageBlock {
    private var block: UnsafeMutableRawPointer?
    private let capacity: Int
    private var count = 0
    private let charge: BudgetCharge

    init(capacity: Int, budget: ByteBudget) {
        self.capacity = capacity
        charge = BudgetCharge(capacity, to: budget)
        block = malloc(Swift.max(capacity, 1))
    }

    deinit { free(block) }

    func append(_ chunk: ByteBuffer) {
        guard let block else { return }
        chunk.withUnsafeReadableBytes { bytes in
            // The parser never hands on more than was declared.
            precondition(bytes.count <= capacity - count, "a body longer than its literal")
            guard let source = bytes.baseAddress else { return }
            memcpy(block + count, source, bytes.count)
            count += bytes.count
        }
    }

    func finish() -> RawMessage {
        guard let taken = block else { preconditionFailure("a message is finished once, and malloc gave memory") }
        block = nil
        return RawMessage(block: taken, count: count, charge: charge)
    }
}

/// A file that a message is written to, some hundred KiB at a time.
private final class SpoolWriter {
    private static let flushThreshold = 512 << 10

    private let folder: String
    private let charge: BudgetCharge
    private var file: SpoolFile?
    private var pieces: [ByteBuffer] = []
    private var pending = 0
    private var count = 0

    init(folder: String, budget: ByteBudget) {
        self.folder = folder
        charge = BudgetCharge(Self.flushThreshold, to: budget)
    }

    func append(_ chunk: ByteBuffer) -> Bool {
        pieces.append(chunk)
        pending += chunk.readableBytes
        return pending >= Self.flushThreshold
    }

    func flush() async throws(IMAPError) {
        let file: SpoolFile
        if let open = self.file {
            file = open
        } else {
            file = try await SpoolFile.open(in: folder)
            self.file = file
        }
        let batch = pieces
        pieces.removeAll(keepingCapacity: true)
        count += pending
        pending = 0
        try await file.append(batch)
    }

    func finish() async throws(IMAPError) -> RawMessage {
        try await flush()
        guard let file else { throw .spool("no file") }
        return RawMessage(fileDescriptor: try file.duplicate(), count: count)
    }
}
