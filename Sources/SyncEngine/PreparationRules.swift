import MailModel

/// What of a message's rows depends on the account and on why it is fetched.
struct PreparationRules: Sendable {
    let purpose: FetchPurpose
    /// The account's own, normalised.
    let ownAddresses: Set<String>
    /// Messages that the same sync stores, sooner or later: an answer to one of them has nothing pulled for it.
    var coming: Set<HeaderMessageID> = []
}
