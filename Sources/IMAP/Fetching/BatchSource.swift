import IMAPCore

/// A ``FetchStream`` whose assembler is nobody's concern.
protocol BatchSource<Item>: AnyObject {
    associatedtype Item: Sendable
    func next() async throws(IMAPError) -> [Item]?
}

extension FetchStream: BatchSource {
    typealias Item = Assembler.Item
}

/// The fetch of no UIDs.
final class NoBatches<Item: Sendable>: BatchSource {
    func next() async throws(IMAPError) -> [Item]? { nil }
}
