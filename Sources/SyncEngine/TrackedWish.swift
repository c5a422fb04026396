import Ancestry
import Foundation
import MailModel
import MailStore

/// What an action of the ledger remembers of its claim, as JSON: all that seeking the original needs.
struct TrackedWish: Codable, Sendable {
    /// A forwarded block, as far as it tells which message was forwarded.
    struct Block: Codable, Sendable {
        struct Time: Codable, Sendable {
            let local_minute: Int64
            let offset_minutes: Int?
        }

        let sender: String?
        let sender_name: String?
        let sent: [Time]
        let subject: String
    }

    let kind: String
    let origin: String
    let wanted: [String]
    let provider_thread: String?
    let block: Block?
    /// Minutes east of UTC of whoever wrote the message.
    let sent_offset: Int?

    init(_ claim: AncestorClaim, sentOffset: Int?) {
        kind = claim.kind.rawValue
        origin = claim.origin.rawValue
        wanted = claim.wanted.map(\.rawValue)
        provider_thread = claim.providerThread
        block = claim.block.map { block in
            Block(
                sender: block.senderAddress, sender_name: block.senderName,
                sent: block.sentAt.map { .init(local_minute: $0.localMinute, offset_minutes: $0.offsetMinutes) },
                subject: block.subject)
        }
        sent_offset = sentOffset
    }

    /// - Throws: `DecodingError` for what no release has written.
    init(json: String) throws {
        self = try JSONDecoder().decode(TrackedWish.self, from: Data(json.utf8))
    }

    /// The claim as the store keeps it.
    var claim: TrackedClaim? {
        guard let kind = ActionKind(rawValue: kind), let origin = ActionOrigin(rawValue: origin),
            let json = try? JSONEncoder().encode(self)
        else { return nil }
        return TrackedClaim(
            kind: kind, origin: origin, wanted: ids, providerThread: provider_thread,
            wish: String(decoding: json, as: UTF8.self))
    }

    var ids: [HeaderMessageID] { wanted.compactMap { HeaderMessageID(rawValue: $0) } }

    var isOwn: Bool { (AncestorClaim.Origin(rawValue: origin) ?? .correspondent).isOwn }

    var scopeOrigin: AncestorClaim.Origin { AncestorClaim.Origin(rawValue: origin) ?? .correspondent }

    var forwardedBlock: ForwardedBlock? {
        block.map { block in
            ForwardedBlock(
                senderAddress: block.sender, senderName: block.sender_name,
                sentAt: block.sent.map { BlockTime(localMinute: $0.local_minute, offsetMinutes: $0.offset_minutes) },
                subject: block.subject)
        }
    }
}
