import IMAPCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A message's octets, exactly as the server sent them: in one block of memory, or in a file without a name.
///
/// What is in memory counts in the ``ByteBudget`` for as long as this object lives; let go of messages to let the fetch
/// go on.
///
/// `@unchecked Sendable`: the octets are written before it is made and never after; block and file are its own, and are
/// freed in `deinit`.
package final class RawMessage: @unchecked Sendable {
    private enum Storage {
        case memory(UnsafeMutableRawPointer)
        case file(Int32)
    }

    /// In octets.
    package let count: Int
    private let storage: Storage
    private let charge: BudgetCharge?

    /// Takes over a block from `malloc`.
    init(block: UnsafeMutableRawPointer, count: Int, charge: BudgetCharge) {
        storage = .memory(block)
        self.count = count
        self.charge = charge
    }

    /// Takes over an open file.
    init(fileDescriptor: Int32, count: Int) {
        storage = .file(fileDescriptor)
        self.count = count
        charge = nil
    }

    deinit {
        switch storage {
        case .memory(let block): free(block)
        case .file(let descriptor): close(descriptor)
        }
    }

    /// The unlinked file of a message over the spool threshold; `nil` for one in memory. It may be read by offset
    /// (`pread`), stays open for as long as this object lives, and must not be written to.
    package var fileDescriptor: Int32? {
        switch storage {
        case .memory: nil
        case .file(let descriptor): descriptor
        }
    }

    /// Lends the octets. A spooled message is mapped for the length of the call, so touching them may read the disk:
    /// call it off the cooperative pool, or read ``fileDescriptor``, where that matters.
    ///
    /// - Throws: ``IMAPError/spool(_:)`` where the file can't be mapped, and what `body` throws.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        switch storage {
        case .memory(let block):
            return try body(UnsafeRawBufferPointer(start: block, count: count))
        case .file(let descriptor):
            guard count > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
            guard let map = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), map != MAP_FAILED else {
                throw IMAPError.spool(String(cString: strerror(errno)))
            }
            defer { munmap(map, count) }
            return try body(UnsafeRawBufferPointer(start: map, count: count))
        }
    }
}
