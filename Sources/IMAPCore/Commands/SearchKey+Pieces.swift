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
        case .all, .since, .before, .deleted, .changedSince, .header, .gmailThreadID, .gmailMessageID, .threadID,
            .emailID, .or, .not:
            return [self]
        }
    }

    /// How many octets it adds to a command.
    ///
    /// - Throws: ``IMAPError/injection(_:)``.
    package func octets() throws(IMAPError) -> Int {
        let encoded = try CommandEncoder.encode(
            .uidSearch(self, extended: false), tag: "A1", literals: .nonSynchronising(limit: nil))
        return encoded.pieces.reduce(0) { $0 + $1.readableBytes } - "A1 UID SEARCH \r\n".utf8.count
    }
}
