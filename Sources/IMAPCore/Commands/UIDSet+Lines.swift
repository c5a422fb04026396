package import MailModel

extension UIDSet {
    /// Cuts the set into ascending pieces whose text has at most `octets` octets each, so that no command exceeds the
    /// line that every server takes (mail-exactness 22), and that hold at most `count` UIDs each.
    package func lines(maximumOctets octets: Int = 900, maximumCount count: Int = .max) -> [UIDSet] {
        precondition(octets >= 21, "the longest range takes 21 octets")
        let pieces = count == .max ? [self] : chunks(ofCount: count)
        return pieces.flatMap { $0.lines(within: octets) }
    }

    private func lines(within octets: Int) -> [UIDSet] {
        var out: [UIDSet] = []
        var group: [ClosedRange<UInt32>] = []
        var length = 0
        for range in ranges {
            let width =
                Self.digits(range.lowerBound)
                + (range.lowerBound == range.upperBound ? 0 : 1 + Self.digits(range.upperBound))
            if length + width + (group.isEmpty ? 0 : 1) > octets {
                out.append(UIDSet(normalising: group))
                group.removeAll(keepingCapacity: true)
                length = 0
            }
            length += width + (group.isEmpty ? 0 : 1)
            group.append(range)
        }
        if !group.isEmpty { out.append(UIDSet(normalising: group)) }
        return out
    }

    private static func digits(_ number: UInt32) -> Int {
        var count = 1
        var rest = number / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }
}
