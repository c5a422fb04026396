package import MailModel

extension Checkpoint {
    /// What became of an action. An action that was ended meanwhile, by a person who cancelled it, stays as it is.
    package struct ActionOutcome: Sendable, Hashable {
        package let id: ActionID
        package let state: ActionState
        /// Kept as a JSON object; `nil` keeps what the action had.
        package let result: [String: String]?
        /// When an action that is still open is looked at again; `nil` is with the next visit.
        package let notBefore: EpochSeconds?

        package init(
            id: ActionID, state: ActionState, result: [String: String]? = nil, notBefore: EpochSeconds? = nil
        ) {
            self.id = id
            self.state = state
            self.result = result
            self.notBefore = notBefore
        }
    }
}
