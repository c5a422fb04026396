import MailModel

/// Reads a sequence-set (`1:4,7,9`), its ranges in any order and either way round (RFC 9051 §9; mail-exactness 22).
enum SequenceSet {
    /// - Throws: where no number stands. A `*`, which no reply should hold, counts as the largest UID.
    static func parse(_ cursor: inout ByteCursor) throws(GrammarFault) -> UIDSet {
        var ranges: [ClosedRange<UInt32>] = []
        repeat {
            let low = try bound(&cursor)
            let high = cursor.skip(ASCII.colon) ? try bound(&cursor) : low
            ranges.append(Swift.min(low, high)...Swift.max(low, high))
        } while cursor.skip(ASCII.comma)
        return UIDSet(normalising: ranges)
    }

    private static func bound(_ cursor: inout ByteCursor) throws(GrammarFault) -> UInt32 {
        if cursor.skip(ASCII.star) { return .max }
        guard let number = cursor.number32() else { throw GrammarFault(expected: "number") }
        return number
    }
}
