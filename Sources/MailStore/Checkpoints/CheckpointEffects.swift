import MailModel

/// What a checkpoint's statements have done to messages so far: whose standing is to be told anew from its placements,
/// and what there is to tell others.
struct CheckpointEffects {
    /// Whether what happens to mail is told: only once the first sync is complete. `nil` where nobody has looked.
    var isTold: Bool?
    var created: [MessageID] = []
    var createdThreads: [ThreadID] = []
    /// Messages whose flags or places changed.
    var updated: Set<MessageID> = []
    /// Messages that gained or lost a placement, or a flag that counts for their standing.
    var unsettled: Set<MessageID> = []
    /// Folders in which something was placed.
    var filled: Set<FolderID> = []
    /// Folders from which something went.
    var emptied: Set<FolderID> = []
    var raised: [RaisedAction] = []

    /// A placement went, or came anew, for a stored message.
    mutating func moved(_ message: MessageID) {
        updated.insert(message)
        unsettled.insert(message)
    }
}
