/// Groups messages into threads when all of them are at hand.
package enum ThreadGrouping {
    /// Which messages are one thread, by their links alone: no subject, no bound on size, no person's choice.
    ///
    /// - Returns: positions in `messages`; groups in order of their first members, members ascending.
    package static func group(_ messages: [ThreadableMessage]) -> [[Int]] {
        var closure = LinkClosure(count: messages.count)
        for (index, message) in messages.enumerated() { closure.link(index, by: message.linkKeys) }
        return closure.groups()
    }
}
