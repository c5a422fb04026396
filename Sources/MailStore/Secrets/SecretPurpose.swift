/// Which of an account's secrets an envelope holds.
package enum SecretPurpose: String, Sendable, CaseIterable {
    /// The password or app password, in UTF-8; IMAP and SMTP use the same.
    case password
    /// An OAuth 2.0 access token.
    case accessToken = "access_token"
}
