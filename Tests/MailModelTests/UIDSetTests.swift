import MailModel
import TestSupport
import Testing

@Suite("UID sets")
struct UIDSetTests {
    private static func set(_ values: UInt32...) -> UIDSet { UIDSet(values.compactMap { UID(rawValue: $0) }) }

    @Test("UIDs in any order, repeated or not, make ascending ranges that don't touch")
    func normalises() {
        #expect(Self.set(9, 1, 2, 3, 2, 7, 10).description == "1:3,7,9:10")
        #expect(UIDSet(normalising: [5...9, 1...4, 20...20, 8...12]).ranges == [1...12, 20...20])
        #expect(UIDSet().description == "")
    }

    @Test("a 0, which is no UID, is dropped from ranges")
    func dropsZero() {
        #expect(UIDSet(normalising: [0...0]).isEmpty)
        #expect(UIDSet(normalising: [0...3, 5...5]).description == "1:3,5")
    }

    @Test("the largest UID takes part in every operation without overflow")
    func reachesTheEnd() {
        // given
        let all = UIDSet(UID.min...UID.max)
        let last = UIDSet(UID.max...UID.max)
        // then
        #expect(all.count == 4_294_967_295)
        #expect(all.subtracting(last).last?.rawValue == UInt32.max - 1)
        #expect(all.subtracting(last).union(last) == all)
        #expect(all.intersection(last) == last)
        #expect(last.subtracting(all).isEmpty)
        #expect(last.union(last) == last)
        #expect(last.chunks(ofCount: 1) == [last])
        #expect(Array(last.uids) == [UID.max])
        var inserted = UIDSet(normalising: [1...1, (.max - 1)...(.max - 1)])
        inserted.insert(.max)
        inserted.insert(.max)
        #expect(inserted.description == "1,4294967294:4294967295")
    }

    @Test("inserting joins the ranges on either side")
    func insertJoins() throws {
        var set = UIDSet(normalising: [1...3, 5...7])
        set.insert(try #require(UID(rawValue: 4)))
        #expect(set.ranges == [1...7])
    }

    @Test("algebra, membership, insertion and chunks agree with a plain set of numbers", arguments: 0..<60)
    func agreesWithPlainSets(seed: Int) throws {
        // given
        var random = SeededGenerator(seed: UInt64(seed))
        let span = UInt32.random(in: 1...120, using: &random)
        func draw() -> Set<UInt32> {
            Set((0..<Int.random(in: 0...80, using: &random)).map { _ in UInt32.random(in: 1...span, using: &random) })
        }
        let (a, b) = (draw(), draw())
        func make(_ values: Set<UInt32>) -> UIDSet { UIDSet(values.compactMap { UID(rawValue: $0) }) }
        func values(_ set: UIDSet) -> Set<UInt32> { Set(set.uids.map(\.rawValue)) }
        let (left, right) = (make(a), make(b))

        // then
        #expect(values(left) == a)
        #expect(left.count == a.count)
        #expect(left.union(right) == make(a.union(b)))
        #expect(left.intersection(right) == make(a.intersection(b)))
        #expect(left.subtracting(right) == make(a.subtracting(b)))
        #expect(left.first?.rawValue == a.min())
        #expect(left.last?.rawValue == a.max())
        for value in 1...span { #expect(left.contains(try #require(UID(rawValue: value))) == a.contains(value)) }

        var inserted = UIDSet()
        for value in Array(a).shuffled(using: &random) { inserted.insert(try #require(UID(rawValue: value))) }
        #expect(inserted == left)

        let size = Int.random(in: 1...10, using: &random)
        let chunks = left.chunks(ofCount: size)
        #expect(chunks.dropLast().allSatisfy { $0.count == size })
        #expect(chunks.allSatisfy { !$0.isEmpty && $0.count <= size })
        #expect(chunks.flatMap { $0.uids.map(\.rawValue) } == a.sorted())
    }
}
