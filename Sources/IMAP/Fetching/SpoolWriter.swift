import IMAPCore
import NIOCore

/// A file that a message is written to, some hundred KiB at a time.
final class SpoolWriter {
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
