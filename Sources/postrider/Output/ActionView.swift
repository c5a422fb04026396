import Foundation
import MailModel
import MailStore

/// A row of the action ledger, as it is printed.
struct ActionView: Encodable {
    let id, account_id, kind, state, origin: String
    let message_id: String?
    let result: [String: String]
    let attempts: Int
    let created_at: String
    let finished_at: String?

    init(_ action: StoredAction) {
        id = "\(action.id)"
        account_id = "\(action.account.accountID)"
        kind = action.kind
        state = action.state.rawValue
        origin = action.origin.rawValue
        message_id = action.messageID.map { "\($0)" }
        // What another release keeps there may be no flat object; it is then left out.
        result = action.result.flatMap { try? JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
        attempts = action.attempts
        created_at = Moment.rfc3339(action.createdAt)
        finished_at = action.finishedAt.map(Moment.rfc3339)
    }

    /// What became of it, in a few words.
    var told: String {
        result.isEmpty
            ? "" : ", " + result.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
