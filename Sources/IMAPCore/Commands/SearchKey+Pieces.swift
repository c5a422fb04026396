import NIOCore

extension SearchKey {
    /// The same question in keys that fit in a line each, where it is the UIDs that make it long: their hits together
    /// are its hits.
    package func pieces() -> [SearchKey] {
        switch self {
        case .uids(let uids):
            return uids.lines(maximumOctets: 800).map { .uids($0) }
        case .and(let keys):
            guard let place = keys.firstIndex(where: { if case .uids = $0 { true } else { false } }) else {
                return [self]
            }
            return keys[place].pieces().map { piece in
                var others = keys
                others[place] = piece
                return .and(others)
            }
        case .all, .since, .header, .gmailThreadID, .gmailMessageID, .threadID, .emailID, .or, .not:
            return [self]
        }
    }

    /// How long it is in a command, command included.
    ///
    /// - Throws: ``IMAPError/injection(_:)``.
    package func octets() throws(IMAPError) -> Int {
        try CommandEncoder.encode(
            .uidSearch(self, extended: true), tag: "A1", literals: .nonSynchronising(limit: nil)
        ).pieces.reduce(0) { $0 + $1.readableBytes }
    }
}
