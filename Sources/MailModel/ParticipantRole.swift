/// The header that names a participant of a message.
package enum ParticipantRole: String, Sendable, Hashable, Codable, CaseIterable {
    case from, sender, replyTo = "reply_to", to, cc, bcc
}
