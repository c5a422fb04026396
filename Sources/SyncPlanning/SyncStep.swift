package import MailModel

/// One thing to do to a folder so that what is stored equals what the server has. The engine carries steps out in the
/// order given and commits a checkpoint after each.
package enum SyncStep: Sendable, Hashable {
    /// UIDVALIDITY is another one, or none (0): no stored UID says anything any more. Stage the new generation, pair it
    /// with the old by content, swap (mail-exactness 1 and 2). It is the only step of its plan.
    case restage(UIDValidity)
    /// Fetch `UID n:*` and drop what lies below n: `*` always matches the last message (mail-exactness 5).
    case fetchNew(from: UID)
    /// Read the folder's complete UID set and compare it with what is placed and skipped: fetch what is missing, and
    /// let go what is gone, by ``ExpungeRule``. It includes new mail.
    case compareSets
    /// Read the complete set of UIDs below this one and let go what is gone, by ``ExpungeRule``; `nil` for all.
    case findExpunged(below: UID?)
    /// Read UID and FLAGS of these, which are the placed ones.
    case refreshFlags(UIDSet)
    /// Read the flags that changed after a mod-sequence (CHANGEDSINCE, RFC 7162 §3.1.4.1). Commit in ascending order,
    /// a checkpoint after each batch.
    case refreshFlagsChanged(since: ModSequence)
    /// Read at once the flags that changed after a mod-sequence and the UIDs that vanished since (`UID FETCH 1:upTo
    /// (UID FLAGS) (CHANGEDSINCE n VANISHED)`, RFC 7162 §3.2.6). The upper bound is explicit, and the highest UID that
    /// is known: with `*` Cyrus leaves out the highest one that was expunged (mail-exactness 6). What vanished goes
    /// by ``ExpungeRule``.
    case findChanges(since: ModSequence, upTo: UID)
}
