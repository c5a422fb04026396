import IMAPCore
package import MailModel

/// One message as the server gave it.
package struct FetchedMessage: Sendable {
    package enum Content: Sendable {
        /// All its octets.
        case raw(RawMessage)
        /// Larger than is kept: the declared octets. They were read past.
        case refused(size: UInt64)
        /// The server answered for this UID and gave no body: unknown, to be asked for again, never empty or gone.
        case missing
    }

    /// Flags, dates, ids; its `sections` are empty.
    package let attributes: FetchedAttributes
    package let content: Content

    package var uid: UID { attributes.uid }
    package var flags: [Flag]? { attributes.flags }
    package var internalDate: EpochSeconds? { attributes.internalDate }

    /// The octets, where there are any.
    package var raw: RawMessage? {
        switch content {
        case .raw(let message): message
        case .refused, .missing: nil
        }
    }
}
