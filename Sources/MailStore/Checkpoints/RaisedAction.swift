import MailModel

/// A tracked action that a checkpoint's new message raises.
struct RaisedAction {
    let id: ActionID
    let message: MessageID
    let claim: TrackedClaim
}
