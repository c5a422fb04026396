import IMAPCore
package import MailModel

/// What the server said about one message without giving it.
package struct FetchedAttributes: Sendable {
    package let uid: UID
    /// `nil` where the server gave none, or none that can be read: unknown, not empty.
    package let flags: [Flag]?
    package let internalDate: EpochSeconds?
    /// RFC822.SIZE: a claim, not a measure (mail-exactness 19).
    package let size: UInt64?
    package let modSequence: ModSequence?
    /// X-GM-MSGID and X-GM-THRID, or OBJECTID's ids.
    package let identity: ProviderIdentity
    /// Gmail's labels in modified UTF-7, as they came.
    package let labels: [[UInt8]]?
    /// The sections that were asked for, in the server's order.
    package let sections: [FetchedSection]
    /// The names of attributes that were sent and could not be read (mail-exactness 17).
    package let lost: [String]

    /// The octets of the header, or of the header fields that were asked for; `nil` where the server gave none.
    package var header: [UInt8]? {
        for section in sections {
            switch section.section {
            case .header, .headerFields: return section.bytes
            case .whole, .text, .part: continue
            }
        }
        return nil
    }

    init(uid: UID, response: FetchResponse, sections: [FetchedSection]) {
        self.uid = uid
        flags = response.flags
        internalDate = response.internalDate
        size = response.size
        modSequence = response.modSequence
        identity = response.providerIdentity
        labels = response.gmailLabels
        self.sections = sections
        lost = response.lost
    }
}
