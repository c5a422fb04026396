import Foundation
import MailModel
import Postgres
import Threading

extension CheckpointWriter {
    /// Writes messages that are new and places all of them.
    func writeMessages(
        _ checkpoint: Checkpoint, into result: inout CheckpointResult, _ effects: inout CheckpointEffects
    ) throws {
        let messages = checkpoint.messages
        let stored = try StoredContext.load(for: messages, of: account, in: session)
        let plan = CheckpointPlan(messages, stored: stored, ownAddresses: addresses, ids: ids)

        try copyThreads(plan)
        try ContentWriter(account: account, session: session).copy(plan.newBlobs.map(\.content))
        try copyMessages(plan, run: checkpoint.runID)
        try copyParticipants(plan)
        try copyAttachments(plan)
        try writeLinks(plan)
        let known = Set(plan.knownMessages.map(\.id))
        let changed = try place(
            plan.placements.map(PlacementRow.init(_:)), dating: plan.knownMessages.map(PlacementRow.init(_:)))
        try joinThreads(plan.assignment.merged.map { ($0.from, $0.into) })
        try refreshThreads(plan.touchedThreads)

        for message in changed where known.contains(message) { effects.moved(message) }
        for new in plan.newMessages where !new.isPlain { effects.unsettled.insert(new.id) }
        effects.isTold = stored.isFirstSyncComplete
        effects.created = plan.newMessages.map(\.id)
        effects.createdThreads = plan.createdThreads.map(\.id)
        effects.filled.formUnion(messages.map(\.folder))
        effects.raised = plan.raised

        result.newMessages = plan.newMessages.count
        result.placements = changed.count
        result.newThreads = plan.createdThreads.count
        result.joinedThreads = plan.assignment.merged.count
        result.raisedActions = plan.raised.count
    }

    private func copyMessages(_ plan: CheckpointPlan, run: RunID?) throws {
        guard !plan.newMessages.isEmpty else { return }
        var copy = CopyBuffer(
            table: "messages",
            columns: [
                "organization_id", "account_id", "id", "thread_id", "provider_message_id", "sha256", "size",
                "header_message_id", "subject", "sent_at", "sent_offset_minutes", "sent_raw", "received_at",
                "direction",
                "snippet", "text_body", "html_body", "list_id", "auto_submitted", "marks", "thread_guessed",
                "run_id", "taken_by", "joined_by",
            ],
            capacity: plan.newMessages.reduce(0) { size, new in
                size + 1_024 + (new.message.text?.utf8.count ?? 0) + (new.message.html?.utf8.count ?? 0)
            })
        for new in plan.newMessages {
            let message = new.message
            copy.row { row in
                row.append(account.organizationID)
                row.append(account.accountID)
                row.append(new.id)
                row.append(new.thread)
                row.append(message.provider.messageID)
                row.append(message.sha256)
                row.append(Int64(message.raw.count))
                row.append(message.messageID?.rawValue)
                row.append(message.subject)
                row.append(message.date?.instant?.timestamp)
                row.append(message.date?.offsetMinutes.map { Int16(clamping: $0) })
                row.append(message.date?.raw)
                row.append(new.receivedAt.timestamp)
                row.append(isOutgoing(message) ? "outgoing" : "incoming")
                row.append(message.snippet)
                row.append(message.text)
                row.append(message.html)
                row.append(message.listID)
                row.append(array: message.autoSubmitted.isEmpty ? nil : message.autoSubmitted)
                row.append(array: message.marks.isEmpty ? nil : message.marks)
                row.append(new.isGuessed)
                row.append(run?.uuid)
                row.append(message.takenBy?.rawValue)
                row.append(new.joinedBy?.text)
            }
        }
        _ = try session.copyIn(copy)
    }

    private func isOutgoing(_ message: NewMessage) -> Bool {
        message.participants.contains { $0.role == .from && addresses.contains($0.normalised) }
    }

    private func copyParticipants(_ plan: CheckpointPlan) throws {
        var copy = CopyBuffer(
            table: "message_participants",
            columns: [
                "organization_id", "account_id", "message_id", "role", "position", "name", "address", "normalised",
            ])
        for new in plan.newMessages {
            var positions: [ParticipantRole: Int32] = [:]
            for participant in new.message.participants {
                let position = positions[participant.role, default: 0]
                positions[participant.role] = position + 1
                copy.row { row in
                    row.append(account.organizationID)
                    row.append(account.accountID)
                    row.append(new.id)
                    row.append(participant.role.rawValue)
                    row.append(position)
                    row.append(participant.address.name)
                    row.append(participant.address.address)
                    row.append(Self.lookUpForm(of: participant))
                }
            }
        }
        if !copy.isEmpty { _ = try session.copyIn(copy) }
    }

    /// The address as look-ups compare it, cut to what an index takes: no address is that long, but junk may be.
    private static func lookUpForm(of participant: NewMessage.Participant) -> String {
        let normalised = participant.normalised
        guard normalised.utf8.count > longestLookUp else { return normalised }
        return String(decoding: normalised.utf8.prefix(longestLookUp), as: UTF8.self)
    }

    /// In bytes; an index's row holds 2,704 at most.
    private static let longestLookUp = 1_000

    private func copyAttachments(_ plan: CheckpointPlan) throws {
        var copy = CopyBuffer(
            table: "attachments",
            columns: [
                "organization_id", "account_id", "message_id", "part", "filename", "content_type", "is_inline",
                "content_id",
                "transfer_encoding", "body_from", "body_until", "size",
            ])
        for new in plan.newMessages {
            for attachment in new.message.attachments {
                copy.row { row in
                    row.append(account.organizationID)
                    row.append(account.accountID)
                    row.append(new.id)
                    row.append(attachment.part)
                    row.append(attachment.filename)
                    row.append(attachment.contentType)
                    row.append(attachment.isInline)
                    row.append(attachment.contentID)
                    row.append(attachment.transferEncoding)
                    row.append(Int64(attachment.body.lowerBound))
                    row.append(Int64(attachment.body.upperBound))
                    row.append(Int64(attachment.size))
                }
            }
        }
        if !copy.isEmpty { _ = try session.copyIn(copy) }
    }
}
