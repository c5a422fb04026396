/// A set of UIDs as ascending, disjoint, non-adjacent closed ranges.
///
/// Its text form is the IMAP sequence-set in ascending order (`1:4,7,9:12`), the only order that every server takes.
package struct UIDSet: Hashable, Sendable {
    /// Ascending; between two ranges at least one UID is missing.
    package private(set) var ranges: [ClosedRange<UInt32>]

    package init() { ranges = [] }

    package init(_ range: ClosedRange<UID>) { ranges = [range.lowerBound.rawValue...range.upperBound.rawValue] }

    /// From any UIDs, in any order, repeated or not.
    package init(_ uids: some Sequence<UID>) {
        self.init(normalising: uids.map { $0.rawValue...$0.rawValue })
    }

    /// From any ranges, in any order, overlapping or not; a 0 in them is dropped.
    package init(normalising unsorted: [ClosedRange<UInt32>]) {
        ranges = []
        for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > 0 {
            let low = Swift.max(range.lowerBound, 1)
            guard let last = ranges.last, last.upperBound == .max || low <= last.upperBound + 1 else {
                ranges.append(low...range.upperBound)
                continue
            }
            if range.upperBound > last.upperBound { ranges[ranges.count - 1] = last.lowerBound...range.upperBound }
        }
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// How many UIDs it holds.
    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    package var first: UID? { ranges.first.flatMap { UID(rawValue: $0.lowerBound) } }
    package var last: UID? { ranges.last.flatMap { UID(rawValue: $0.upperBound) } }

    package func contains(_ uid: UID) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            let range = ranges[middle]
            if uid.rawValue < range.lowerBound {
                high = middle
            } else if uid.rawValue > range.upperBound {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }

    /// Adds one UID; cheapest when UIDs come in ascending order.
    package mutating func insert(_ uid: UID) {
        let value = uid.rawValue
        // The first range that ends at the UID or behind it, by halving; the last range is tried first.
        var index = ranges.count
        if let last = ranges.last, last.upperBound >= value {
            var low = 0
            while low < index {
                let middle = (low + index) / 2
                if ranges[middle].upperBound < value { low = middle + 1 } else { index = middle }
            }
            if ranges[index].lowerBound <= value { return }
        }
        let touchesLeft = index > 0 && ranges[index - 1].upperBound == value - 1
        let touchesRight = index < ranges.count && ranges[index].lowerBound == value + 1
        switch (touchesLeft, touchesRight) {
        case (true, true):
            ranges[index - 1] = ranges[index - 1].lowerBound...ranges[index].upperBound
            ranges.remove(at: index)
        case (true, false): ranges[index - 1] = ranges[index - 1].lowerBound...value
        case (false, true): ranges[index] = value...ranges[index].upperBound
        case (false, false): ranges.insert(value...value, at: index)
        }
    }

    package func union(_ other: UIDSet) -> UIDSet { UIDSet(normalising: ranges + other.ranges) }

    package func intersection(_ other: UIDSet) -> UIDSet {
        var out: [ClosedRange<UInt32>] = []
        var i = 0
        var j = 0
        while i < ranges.count, j < other.ranges.count {
            let low = Swift.max(ranges[i].lowerBound, other.ranges[j].lowerBound)
            let high = Swift.min(ranges[i].upperBound, other.ranges[j].upperBound)
            if low <= high { out.append(low...high) }
            if ranges[i].upperBound < other.ranges[j].upperBound { i += 1 } else { j += 1 }
        }
        return UIDSet(normalising: out)
    }

    package func subtracting(_ other: UIDSet) -> UIDSet {
        var out: [ClosedRange<UInt32>] = []
        var j = 0
        for range in ranges {
            var low = range.lowerBound
            while j < other.ranges.count, other.ranges[j].upperBound < low { j += 1 }
            var k = j
            var exhausted = false
            while k < other.ranges.count, other.ranges[k].lowerBound <= range.upperBound {
                let hole = other.ranges[k]
                if hole.lowerBound > low { out.append(low...(hole.lowerBound - 1)) }
                if hole.upperBound >= range.upperBound {
                    exhausted = true
                    break
                }
                low = Swift.max(low, hole.upperBound + 1)
                k += 1
            }
            if !exhausted { out.append(low...range.upperBound) }
        }
        var set = UIDSet()
        set.ranges = out
        return set
    }

    /// Its UIDs in ascending order, without an array of them.
    package var uids: some Sequence<UID> {
        ranges.lazy.flatMap { range in range.lazy.compactMap { UID(rawValue: $0) } }
    }

    /// Cuts the set into pieces of at most `count` UIDs each, in ascending order.
    package func chunks(ofCount count: Int) -> [UIDSet] {
        precondition(count > 0, "a chunk holds at least one UID")
        var out: [UIDSet] = []
        var piece = UIDSet()
        var room = count
        for range in ranges {
            var low = range.lowerBound
            while true {
                let left = Int(range.upperBound - low) + 1
                let take = Swift.min(left, room)
                let high = low + UInt32(take - 1)
                piece.ranges.append(low...high)
                room -= take
                if room == 0 {
                    out.append(piece)
                    piece = UIDSet()
                    room = count
                }
                if take == left { break }
                low = high + 1
            }
        }
        if !piece.isEmpty { out.append(piece) }
        return out
    }
}

extension UIDSet: CustomStringConvertible {
    /// The IMAP sequence-set; empty text for an empty set, which no command may carry.
    package var description: String {
        ranges.map { range in
            range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound):\(range.upperBound)"
        }.joined(separator: ",")
    }
}
