package import Failure
package import Postgres

/// What went wrong with the store, in words for whoever runs it.
package enum StoreError: Failing {
    /// The key ring can't be used.
    case keyRing(String)
    /// A secret can't be sealed or opened.
    case secret(String)
    /// No row of that kind has that id.
    case notFound(kind: String, id: String)
    /// The wish contradicts what is stored; a stable code and a sentence.
    case refused(code: String, text: String)
    /// A successor has taken the account's lane; nothing of this commit was kept.
    case leaseLost
    /// An operator has asked the job under this lease to stop; nothing of this commit was kept.
    case cancelled
    /// Raw bytes that were stored ahead of their message were deleted before it came; nothing of this commit was kept.
    case contentGone
    /// A value in the database that this program doesn't know.
    case unreadable(String)
    /// PostgreSQL failed.
    case database(PostgresError)

    package var disposition: Disposition {
        switch self {
        case .keyRing, .secret, .refused: .needsUser
        case .notFound, .unreadable: .permanent
        case .leaseLost, .cancelled: .cancelled
        case .contentGone: .retryNow
        case .database(let error): error.disposition
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyRing(let text): "the key ring: \(text)"
        case .secret(let text): text
        case .notFound(let kind, let id): "there is no \(kind) with the id \(id)"
        case .refused(_, let text): text
        case .leaseLost: "another worker has taken this account over; nothing of this batch was kept"
        case .cancelled: "the job was cancelled; nothing of this batch was kept"
        case .contentGone: "raw bytes that were stored ahead of their message are gone; it is fetched again"
        case .unreadable(let text): text
        case .database(let error): "PostgreSQL: \(error)"
        }
    }
}
