package import MailModel

/// A part that is not the message's own text: where it lies in the raw bytes, and what its header says of it.
package struct ParsedAttachment: Sendable, Hashable {
    /// The IMAP section number (RFC 9051 §6.4.5): `2`, `1.2.1`; `1` where the message is no multipart.
    package var partPath: String
    /// Decoded (RFC 2231, RFC 2047), without path separators and control characters; `nil` where none is given.
    package var filename: String?
    /// `type/subtype` in lower case.
    package var contentType: String
    /// In lower case, as `attachment` or `inline`; `nil` where the part has none.
    package var disposition: String?
    /// Without its angle brackets.
    package var contentID: String?
    /// As it stood.
    package var charset: String?
    package var transferEncoding: TransferEncoding
    /// The bytes of the *encoded* content within the raw message; ``AttachmentDecoder`` turns them into the file.
    package var bodyRange: Range<Int>
    /// Bytes once decoded: exact for identity and evenly wrapped base64, otherwise an estimate.
    package var decodedSize: Int
    /// Meant to be shown inside the text (an image of the HTML), rather than offered as a file.
    package var isInline: Bool
    /// Of an attached message (message/rfc822) that isn't transfer-encoded: its own Message-ID.
    package var attachedMessageID: HeaderMessageID?

    package init(
        partPath: String, filename: String? = nil, contentType: String, disposition: String? = nil,
        contentID: String? = nil, charset: String? = nil, transferEncoding: TransferEncoding = .identity,
        bodyRange: Range<Int>, decodedSize: Int, isInline: Bool = false, attachedMessageID: HeaderMessageID? = nil
    ) {
        self.partPath = partPath
        self.filename = filename
        self.contentType = contentType
        self.disposition = disposition
        self.contentID = contentID
        self.charset = charset
        self.transferEncoding = transferEncoding
        self.bodyRange = bodyRange
        self.decodedSize = decodedSize
        self.isInline = isInline
        self.attachedMessageID = attachedMessageID
    }

    /// Whether it is a message itself (RFC 2046 §5.2.1, RFC 6532 §3.7).
    package var isMessage: Bool { contentType == "message/rfc822" || contentType == "message/global" }
}
