/// Puts the pieces that hiredis finds together into one value.
///
/// hiredis reports them depth first, in the order of the wire, so a stack of the arrays still open is enough, and no
/// Swift object ever passes through C: the C side carries only a mark that isn't NULL.
final class ReplyBuilder {
    /// An array whose elements are still arriving.
    private struct OpenArray {
        var missing: Int
        var elements: [RedisValue]
    }

    private var open: [OpenArray] = []
    private let maximumElements: Int
    /// The last complete reply, until it is taken.
    private(set) var finished: RedisValue?
    /// Whether an array announced more elements than are allowed. Final, as a reader's errors are.
    private(set) var exceedsLimit = false

    init(maximumElements: Int) { self.maximumElements = maximumElements }

    /// A whole value: it goes into the innermost open array, and closes every array that it fills.
    func add(_ value: RedisValue) {
        var value = value
        while let last = open.indices.last {
            open[last].elements.append(value)
            open[last].missing -= 1
            if open[last].missing > 0 { return }
            value = .array(open.removeLast().elements)
        }
        finished = value
    }

    /// The head of an array. Nothing is reserved beyond what a small reply needs: the count is only a claim.
    func openArray(count: Int) {
        if count > maximumElements { exceedsLimit = true }
        if count <= 0 { return add(.array([])) }
        var elements: [RedisValue] = []
        elements.reserveCapacity(min(count, 1_024))
        open.append(OpenArray(missing: count, elements: elements))
    }

    func take() -> RedisValue? {
        defer { finished = nil }
        return finished
    }
}
