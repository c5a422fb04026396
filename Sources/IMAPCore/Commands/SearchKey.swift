package import MailModel

/// What SEARCH looks for (RFC 9051 §6.4.4; Gmail's extensions; RFC 8474).
package indirect enum SearchKey: Sendable, Hashable {
    case all
    /// INTERNALDATE on the moment's UTC day or later; the time of day and the server's zone don't count, so ask a day
    /// earlier and cut exactly afterwards.
    case since(EpochSeconds)
    /// INTERNALDATE before the moment's UTC day, the server's zone disregarded likewise: ask a day later.
    case before(EpochSeconds)
    /// With the flag `\Deleted`.
    case deleted
    /// With this mod-sequence or a higher one; only where CONDSTORE is offered, and it switches that on (RFC 7162 §3.1.5).
    case changedSince(ModSequence)
    /// Of these UIDs; an empty set matches nothing and is refused as a command.
    case uids(UIDSet)
    /// A header field that contains the text, letters of either case.
    case header(field: String, value: String)
    case gmailThreadID(UInt64)
    case gmailMessageID(UInt64)
    case threadID(String)
    case emailID(String)
    case or(SearchKey, SearchKey)
    case not(SearchKey)
    case and([SearchKey])

    /// Any of the keys, as a balanced tree of ORs; `nil` for none.
    package static func any(of keys: some Collection<SearchKey>) -> SearchKey? {
        guard let first = keys.first else { return nil }
        guard keys.count > 1 else { return first }
        let middle = keys.index(keys.startIndex, offsetBy: keys.count / 2)
        guard let left = any(of: keys[..<middle]), let right = any(of: keys[middle...]) else { return first }
        return .or(left, right)
    }

    /// Whether it has text beyond ASCII, so that the command must name a charset.
    var needsCharset: Bool {
        switch self {
        case .all, .since, .before, .deleted, .changedSince, .uids, .gmailThreadID, .gmailMessageID, .threadID,
            .emailID:
            false
        case .header(_, let value): !value.utf8.allSatisfy { $0 < 0x80 }
        case .or(let left, let right): left.needsCharset || right.needsCharset
        case .not(let key): key.needsCharset
        case .and(let keys): keys.contains { $0.needsCharset }
        }
    }
}
