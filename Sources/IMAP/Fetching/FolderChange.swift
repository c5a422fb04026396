package import MailModel

/// One change of the open folder since a mod-sequence.
package enum FolderChange: Sendable {
    /// A message that is new or whose flags changed, as it is now.
    case attributes(FetchedAttributes)
    /// These are there no longer. UIDs among them may never have been known here; some servers name live ones
    /// (mail-exactness 8).
    case vanished(UIDSet)
}
