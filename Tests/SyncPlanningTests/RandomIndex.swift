import TestSupport
import MailModel
import Threading

@testable import SyncPlanning

/// A random index of three folders, and the plainest way of telling which of it is due.
enum RandomIndex {
    static func entries(count: Int, using random: inout SeededGenerator) -> [IndexEntry] {
        var next: [FolderID: Int] = [:]
        return (0..<count).map { number in
            let folder = [Make.inbox, Make.sent, Make.archive].randomElement(using: &random)!
            next[folder, default: 0] += Int.random(in: 1...3, using: &random)
            func any() -> String { "m\(Int.random(in: 0..<(2 * count), using: &random))@x" }
            let hasLinks = Int.random(in: 0..<100, using: &random) < 50
            return Make.entry(
                folder, next[folder]!, age: Int64.random(in: 0...(Make.window.seconds * 5), using: &random),
                id: Int.random(in: 0..<20, using: &random) == 0 ? nil : "m\(number)@x",
                replyTo: hasLinks && Bool.random(using: &random) ? [any()] : [],
                references: hasLinks ? (0..<Int.random(in: 0...2, using: &random)).map { _ in any() } : [],
                provider: Int.random(in: 0..<8, using: &random) == 0
                    ? "t\(Int.random(in: 0..<9, using: &random))" : nil,
                size: Int.random(in: 200...90_000, using: &random))
        }
    }

    static func stored(_ placements: Set<Placement>) -> [FolderID: UIDSet] {
        Dictionary(grouping: placements, by: \.folder).mapValues { UIDSet($0.map(\.uid)) }
    }

    /// Breadth first from every recent message over *has a key in common*.
    static func naivelyDue(_ entries: [IndexEntry], windows: [FolderID: Window]) -> Set<Placement> {
        let keys = entries.map { Set($0.linkKeys) }
        var left = Set(entries.indices)
        var due: Set<Placement> = []
        var queue = entries.indices.filter { windows[entries[$0].folder]!.contains(entries[$0].internalDate) }
        while let next = queue.popLast() {
            guard left.remove(next) != nil else { continue }
            due.insert(Placement(folder: entries[next].folder, uid: entries[next].uid))
            queue += left.filter { !keys[$0].isDisjoint(with: keys[next]) }
        }
        return due
    }
}
