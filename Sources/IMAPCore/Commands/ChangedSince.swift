package import MailModel

/// Which messages a FETCH is for, among those it names: those changed since a moment (RFC 7162 §3.1.4).
package struct ChangedSince: Sendable, Hashable {
    /// The moment: changes with a higher mod-sequence are told. At least 1.
    package let modSequence: ModSequence
    /// Whether UIDs that were removed since are told as well (RFC 7162 §3.2.6); only where QRESYNC is enabled.
    package let wantsVanished: Bool

    /// - Parameter modSequence: a 0, which the grammar has no place for, counts as 1.
    package init(_ modSequence: ModSequence, wantsVanished: Bool) {
        self.modSequence = Swift.max(modSequence, ModSequence(rawValue: 1))
        self.wantsVanished = wantsVanished
    }
}
