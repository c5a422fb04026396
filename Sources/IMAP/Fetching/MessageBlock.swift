import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Memory that a message is copied into as it comes.
final class MessageBlock {
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
