package import MailModel

/// The reply to THREAD (RFC 5256 §4) as one flat list, since a thread's depth is for the sender of mail to choose.
package struct ThreadForest: Sendable, Hashable {
    /// One message of one thread.
    package struct Node: Sendable, Hashable {
        package let uid: UID
        /// Its parent's place in ``ThreadForest/nodes``; `nil` for a root, and for the children of a root that the
        /// server does not have.
        package let parent: Int?
        /// Which thread it belongs to, counted from 0.
        package let thread: Int
    }

    /// A parent always stands before its children, and a thread's messages stand together.
    package internal(set) var nodes: [Node] = []
    package internal(set) var threadCount = 0

    package init() {}

    /// The UIDs of each thread.
    package var threads: [UIDSet] {
        var out = [[UID]](repeating: [], count: threadCount)
        for node in nodes { out[node.thread].append(node.uid) }
        return out.map { UIDSet($0) }
    }

    /// Adds the threads of a further reply.
    package mutating func append(_ other: ThreadForest) {
        let base = nodes.count
        for node in other.nodes {
            nodes.append(Node(uid: node.uid, parent: node.parent.map { $0 + base }, thread: node.thread + threadCount))
        }
        threadCount += other.threadCount
    }
}

extension ThreadForest {
    /// After the word THREAD: `(1 (2 (3 5)(6))(4))(7)`. Parentheses are kept on a list of our own, not on the stack.
    static func parse(_ cursor: inout ByteCursor) throws(GrammarFault) -> ThreadForest {
        var forest = ThreadForest()
        var open: [Int?] = []
        var parent: Int?
        while true {
            cursor.skipSpaces()
            if cursor.isAtEnd { break }
            if cursor.skip(ASCII.openParenthesis) {
                if open.isEmpty { parent = nil }
                open.append(parent)
            } else if cursor.skip(ASCII.closeParenthesis) {
                guard let outer = open.popLast() else { throw GrammarFault(expected: "(") }
                parent = outer
                if open.isEmpty { forest.threadCount += 1 }
            } else {
                guard let number = cursor.number32(), let uid = UID(rawValue: number), !open.isEmpty else {
                    throw GrammarFault(expected: "thread member")
                }
                forest.nodes.append(Node(uid: uid, parent: parent, thread: forest.threadCount))
                parent = forest.nodes.count - 1
            }
        }
        guard open.isEmpty else { throw GrammarFault(expected: ")") }
        return forest
    }
}
