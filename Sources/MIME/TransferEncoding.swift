/// How a part's bytes are wrapped for transport (RFC 2045 §6).
package enum TransferEncoding: String, Sendable, Hashable, Codable, CaseIterable {
    /// 7bit, 8bit, binary, none said, or a name that is unknown: the bytes stand for themselves.
    case identity
    case base64
    case quotedPrintable = "quoted_printable"
    /// `x-uuencode` and its other names.
    case uuencode
}
