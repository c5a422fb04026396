package import IMAPCore

/// The batches of a fetch under way.
///
/// It can be walked through once, by one task. Ask for the next batch only when you have room for it: nothing is read
/// meanwhile but one window of the socket. To stop early, let go of it: that closes the connection, and so does the
/// cancellation of the task that waits for a batch, since a reply that is half read can't be picked up again.
package struct FetchedBatches<Item: Sendable>: AsyncSequence {
    package typealias Element = [Item]
    package typealias Failure = IMAPError

    /// Yields what the stream yields.
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let source: any BatchSource<Item>

        package mutating func next() async throws(IMAPError) -> [Item]? {
            try await source.next()
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(IMAPError) -> [Item]? {
            try await source.next()
        }
    }

    private let source: any BatchSource<Item>

    init(_ source: any BatchSource<Item>) { self.source = source }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }
}
