/// Finds what makes a trial fail, by halving.
enum Bisection {
    /// What failed alone, and how.
    struct Culprit<Item: Sendable>: Sendable {
        let item: Item
        let reason: String
    }

    /// - Parameter trial: tries items together; returns `nil` if they came through, else how the trial ended. It must be
    ///   safe to repeat.
    /// - Returns: every item that fails by itself. A batch that only fails together is taken for sound: nothing in it can
    ///   be blamed, and it is tried again with the next visit.
    static func culprits<Item: Sendable>(
        among items: [Item], trial: @Sendable ([Item]) async throws -> String?
    ) async throws -> [Culprit<Item>] {
        var culprits: [Culprit<Item>] = []
        var waiting = items.isEmpty ? [] : [items]
        while let batch = waiting.popLast() {
            guard let reason = try await trial(batch) else { continue }
            if batch.count == 1 {
                culprits.append(Culprit(item: batch[0], reason: reason))
            } else {
                let middle = batch.count / 2
                waiting.append(Array(batch[middle...]))
                waiting.append(Array(batch[..<middle]))
            }
        }
        return culprits
    }
}
