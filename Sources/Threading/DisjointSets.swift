/// Union-find over the integers from 0: sets that only ever grow together, in nearly constant time a step.
struct DisjointSets {
    private var parents: [Int32] = []
    private var sizes: [Int32] = []

    init() {}

    /// - Parameter count: elements 0 to `count` − 1, each a set of its own; below 2³¹.
    init(count: Int) {
        parents = Array(0..<Int32(count))
        sizes = Array(repeating: 1, count: count)
    }

    var count: Int { parents.count }

    /// Adds one element, a set of its own, and returns it.
    mutating func add() -> Int {
        parents.append(Int32(parents.count))
        sizes.append(1)
        return parents.count - 1
    }

    /// The element that stands for the whole set.
    mutating func root(of element: Int) -> Int {
        var node = Int32(element)
        while parents[Int(node)] != node {
            // Each visit halves the path for the next one.
            let grandparent = parents[Int(parents[Int(node)])]
            parents[Int(node)] = grandparent
            node = grandparent
        }
        return Int(node)
    }

    /// Makes one set of two, and returns what stands for it.
    @discardableResult
    mutating func join(_ left: Int, _ right: Int) -> Int {
        var large = root(of: left)
        var small = root(of: right)
        if large == small { return large }
        if sizes[large] < sizes[small] { swap(&large, &small) }
        parents[small] = Int32(large)
        sizes[large] += sizes[small]
        return large
    }
}
