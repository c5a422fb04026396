/// Who acted.
package enum ActionOrigin: String, Sendable, Hashable, Codable, CaseIterable {
    /// It was done through Postrider.
    case postrider
    /// From one of the account's own addresses, in any mail program.
    case user
    /// Whoever the account's mail is with.
    case correspondent
}
