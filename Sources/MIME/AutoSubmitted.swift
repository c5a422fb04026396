/// What says that a program, not a person, sent the message (RFC 3834 and practice).
package struct AutoSubmitted: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `Auto-Submitted:` with anything but `no`, save `auto-replied`.
    package static let generated = AutoSubmitted(rawValue: 1 << 0)
    /// `Auto-Submitted: auto-replied`.
    package static let replied = AutoSubmitted(rawValue: 1 << 1)
    /// `Precedence: bulk`.
    package static let precedenceBulk = AutoSubmitted(rawValue: 1 << 2)
    /// `Precedence: list`.
    package static let precedenceList = AutoSubmitted(rawValue: 1 << 3)
    /// `Precedence: junk`.
    package static let precedenceJunk = AutoSubmitted(rawValue: 1 << 4)
    /// Any `X-Auto-Response-Suppress:` (Exchange) but `None`.
    package static let responseSuppressed = AutoSubmitted(rawValue: 1 << 5)
    /// `Return-Path: <>`: a bounce or a notice of delivery (RFC 5321 §4.5.5).
    package static let nullReturnPath = AutoSubmitted(rawValue: 1 << 6)
    /// `multipart/report` (RFC 6522).
    package static let report = AutoSubmitted(rawValue: 1 << 7)
    /// It has a `List-Id:` (RFC 2919).
    package static let mailingList = AutoSubmitted(rawValue: 1 << 8)
}
