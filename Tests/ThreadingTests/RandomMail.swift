import TestSupport
import MailModel

@testable import Threading

/// Random mail with links of every kind, and the plainest way of telling its threads.
enum RandomMail {
    static func messages(count: Int, using random: inout SeededGenerator) -> [ThreadableMessage] {
        (0..<count).map { number in
            // Ids are drawn from twice the range, so that about half of what is named is never seen.
            func any() -> String { "m\(Int.random(in: 0..<(2 * count), using: &random))@x" }
            let hasLinks = Int.random(in: 0..<100, using: &random) < 45
            return Make.message(
                Int.random(in: 0..<20, using: &random) == 0 ? nil : "m\(number)@x",
                replyTo: hasLinks && Bool.random(using: &random) ? [any()] : [],
                references: hasLinks ? (0..<Int.random(in: 0...3, using: &random)).map { _ in any() } : [],
                provider: Int.random(in: 0..<6, using: &random) == 0
                    ? "t\(Int.random(in: 0..<5, using: &random))" : nil,
                index: Int.random(in: 0..<12, using: &random) == 0
                    ? [UInt8](repeating: UInt8.random(in: 0..<4, using: &random), count: 22) : nil)
        }
    }

    /// Breadth first over *has a key in common*, each message against each.
    static func naiveGroups(_ messages: [ThreadableMessage]) -> Set<Set<Int>> {
        let keys = messages.map { Set($0.linkKeys) }
        var left = Set(messages.indices)
        var groups: Set<Set<Int>> = []
        while let start = left.first {
            var group: Set<Int> = []
            var queue = [start]
            while let next = queue.popLast() {
                guard left.remove(next) != nil else { continue }
                group.insert(next)
                queue += left.filter { !keys[$0].isDisjoint(with: keys[next]) }
            }
            groups.insert(group)
        }
        return groups
    }
}
