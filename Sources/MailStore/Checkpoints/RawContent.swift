/// A message's raw bytes, wherever they lie: in memory, in a file for large ones, or in the database already.
package struct RawContent: Sendable {
    /// How many bytes there are.
    package let count: Int
    private let read: @Sendable (Range<Int>, (UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// - Parameter read: calls its second argument with the bytes of the range, which are valid during that call only;
    ///   it may block on a file, so it is never called on the cooperative pool.
    package init(
        count: Int, read: @escaping @Sendable (Range<Int>, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) {
        self.count = count
        self.read = read
    }

    /// The same bytes once ``Store/storeContents(of:under:)`` has stored them: only how many they are is kept, so that
    /// memory is free for others long before the messages are committed. Reading them throws
    /// ``StoreError/contentGone``, which is what a checkpoint does that doesn't find them in the database.
    package var onceStored: RawContent {
        RawContent(count: count) { _, _ in throw StoreError.contentGone }
    }

    /// Lends the bytes of a range for the length of the call.
    package func withBytes(in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try read(range, body)
    }
}
