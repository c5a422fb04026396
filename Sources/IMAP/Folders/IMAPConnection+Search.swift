package import IMAPCore
package import MailModel

extension IMAPConnection {
    /// The UIDs that match, in ascending order whatever the server's was (mail-exactness 10).
    ///
    /// A key whose UIDs don't fit in one line is asked in pieces, several under way at once.
    package func uidSearch(_ key: SearchKey) async throws(IMAPError) -> UIDSet {
        try await uidSearch(inPieces: key.pieces())
    }

    /// The UIDs that match any of the keys, in as few commands as lines of at most 1,000 octets allow.
    package func uidSearch(anyOf keys: [SearchKey]) async throws(IMAPError) -> UIDSet {
        var pieces: [SearchKey] = []
        var group: [SearchKey] = []
        var length = 0
        for key in keys.flatMap({ $0.pieces() }) {
            let octets = try key.octets()
            if !group.isEmpty, length + octets > 900 {
                pieces += [SearchKey.any(of: group)].compactMap { $0 }
                group.removeAll()
                length = 0
            }
            group.append(key)
            length += octets + 4
        }
        pieces += [SearchKey.any(of: group)].compactMap { $0 }
        return try await uidSearch(inPieces: pieces)
    }

    private func uidSearch(inPieces pieces: [SearchKey]) async throws(IMAPError) -> UIDSet {
        guard !pieces.isEmpty else { return UIDSet() }
        let conversation = try takeTurn()
        defer { returnTurn() }
        let isExtended = capabilities.hasExtendedSearch
        var answer = try await conversation.perform(
            Request(pieces.map { .uidSearch($0, extended: isExtended) }, window: 4))
        if isExtended, answer.outcomes.contains(where: { $0?.isBad ?? false }) {
            // Offered and not understood: the plain command is.
            answer = try await conversation.perform(
                Request(pieces.map { .uidSearch($0, extended: false) }, window: 4))
        }
        for case .failure(let error)? in answer.outcomes { throw error }
        var ranges: [ClosedRange<UInt32>] = []
        for case .search(let response) in answer.replies { ranges += response.found.ranges }
        return UIDSet(normalising: ranges)
    }

    /// The server's idea of the threads among the messages that match `key`: candidates, not the truth.
    ///
    /// - Throws: ``IMAPError/unusable(_:)`` where the server does not offer the algorithm.
    package func uidThread(
        _ algorithm: ThreadAlgorithm, _ key: SearchKey = .all
    ) async throws(IMAPError) -> ThreadForest {
        let conversation = try takeTurn()
        defer { returnTurn() }
        guard capabilities.has("THREAD=\(algorithm.rawValue)") else {
            throw .unusable("the server has no THREAD=\(algorithm.rawValue)")
        }
        var forest = ThreadForest()
        for case .thread(let found) in try await conversation.perform(.uidThread(algorithm, key)).replies {
            forest.append(found)
        }
        return forest
    }
}

extension Result where Success == StatusResponse, Failure == IMAPError {
    fileprivate var isBad: Bool {
        if case .failure(.refused(let refusal)) = self { refusal.isBad } else { false }
    }
}
