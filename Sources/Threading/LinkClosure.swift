/// Closes over link keys: members that share a key are in one group, and so are theirs.
///
/// A key that no member bears counts like any other, so two messages that refer to one lost ancestor are together.
package struct LinkClosure {
    private var sets: DisjointSets
    /// The first member that brought the key.
    private var holders: [LinkKey: Int32] = [:]

    /// - Parameter count: how many members there are, numbered from 0.
    package init(count: Int) {
        sets = DisjointSets(count: count)
        holders.reserveCapacity(count + count / 2)
    }

    /// Says that a member has a key.
    package mutating func link(_ member: Int, by key: LinkKey) {
        let holder = holders[key, default: Int32(member)]
        if holder == member {
            holders[key] = holder
        } else {
            sets.join(Int(holder), member)
        }
    }

    package mutating func link(_ member: Int, by keys: [LinkKey]) {
        for key in keys { link(member, by: key) }
    }

    /// Says that two members belong together, whatever their keys.
    package mutating func join(_ left: Int, _ right: Int) { sets.join(left, right) }

    /// The groups, in order of their first members; in each, the members ascend.
    package mutating func groups() -> [[Int]] {
        var groupOfRoot = [Int32](repeating: -1, count: sets.count)
        var groups: [[Int]] = []
        for member in 0..<sets.count {
            let root = sets.root(of: member)
            if groupOfRoot[root] < 0 {
                groupOfRoot[root] = Int32(groups.count)
                groups.append([member])
            } else {
                groups[Int(groupOfRoot[root])].append(member)
            }
        }
        return groups
    }
}
