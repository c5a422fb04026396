/// How many keys one message may bring: headers are written by anyone, and a list of 10,000 references would tie up
/// the store for one message.
package enum LinkBounds {
    /// Of `References`: the first half of them (the conversation's root) and the last half (the nearest ancestors).
    /// RFC 5322 §3.6.4 lets programs shorten a long list in the middle, so that is where it may be cut.
    package static let references = 100
    /// Of `In-Reply-To`, which names one parent, or the few that one message answers together.
    package static let inReplyTo = 10
    /// Of `X-Forwarded-Message-Id`.
    package static let forwarded = 10
}
