import Entitlements
import Foundation
import MailModel
import MailStore

// The JSON objects of product.md §6, as far as the command line prints them.

struct OrganizationView: Encodable {
    let id, name, plan: String
    let seats: Int
    let trial_ends_at: String?

    init(_ organization: Organization) {
        id = "\(organization.id)"
        name = organization.name
        plan = organization.plan.rawValue
        seats = organization.seats
        trial_ends_at = organization.trialEndsAt.map(Moment.rfc3339)
    }
}

struct UserView: Encodable {
    let id, organization_id, email, name, role: String

    init(_ user: User) {
        id = "\(user.id)"
        organization_id = "\(user.organizationID)"
        email = user.email
        name = user.name
        role = user.role.rawValue
    }
}

struct AccountView: Encodable {
    struct Problem: Encodable { let code, text: String }
    struct Progress: Encodable {
        let threads_found, threads_done, messages_found, messages_done, bytes_found, bytes_done: Int
        let seconds_left: Int?
    }

    let id, organization_id, user_id, address, state: String
    let receive_only: Bool
    let error: Problem?
    let started_at, last_synced_at, next_sync_at, first_sync_completed_at: String?
    let progress: Progress?

    init(_ account: Account, progress: SyncProgress? = nil, secondsLeft: Int? = nil) {
        id = "\(account.id)"
        organization_id = "\(account.organizationID)"
        user_id = "\(account.ownerID)"
        address = account.address
        state = account.state.rawValue
        receive_only = account.smtp == nil
        error = account.problem.map { Problem(code: $0.code, text: $0.text) }
        started_at = account.startedAt.map(Moment.rfc3339)
        last_synced_at = account.lastSyncedAt.map(Moment.rfc3339)
        next_sync_at = account.nextDueAt.map(Moment.rfc3339)
        first_sync_completed_at = account.firstSyncCompletedAt.map(Moment.rfc3339)
        self.progress = progress.map {
            Progress(
                threads_found: $0.threadsFound, threads_done: $0.threadsDone, messages_found: $0.messagesFound,
                messages_done: $0.messagesDone, bytes_found: $0.bytesFound, bytes_done: $0.bytesDone,
                seconds_left: secondsLeft)
        }
    }
}

struct FolderView: Encodable {
    let path: String
    let role: String?
    let chosen, selectable, watched: Bool

    init(_ folder: Folder) {
        path = folder.path.display
        role = folder.role?.rawValue
        chosen = folder.isChosen
        selectable = folder.isSelectable
        watched = folder.isWatched
    }
}

struct ThreadView: Encodable {
    let id, account_id: String
    let subject: String?
    let message_count: Int
    let oldest_at, newest_at, visibility: String
    let participants: [String]
    let messages: [MessageView]?

    init(_ thread: StoredThread, messages: [StoredMessage]? = nil) {
        id = "\(thread.id)"
        account_id = "\(thread.accountID)"
        subject = thread.subject
        message_count = thread.messageCount
        oldest_at = Moment.rfc3339(thread.oldest)
        newest_at = Moment.rfc3339(thread.newest)
        visibility = thread.visibility
        participants = thread.participants
        self.messages = messages?.map(MessageView.init)
    }
}

struct MessageView: Encodable {
    struct Address: Encodable {
        let name: String?
        let address: String
    }
    struct Placement: Encodable {
        let path: String
        let uid: UInt32
        let uidvalidity: UInt32
        let flags: [String]
        let internal_date: String
    }
    struct Attachment: Encodable {
        let part: String
        let filename: String?
        let content_type: String
        let size: Int
        let `inline`: Bool
    }

    let id, account_id, thread_id: String
    let message_id, subject, date, text, html: String?
    let from, to, cc, bcc: [Address]
    let received_at, direction, sha256, snippet: String
    let size: Int
    let folders: [Placement]
    let attachments: [Attachment]
    let marks: [String]
    let thread_guessed: Bool

    init(_ message: StoredMessage) {
        func addresses(_ role: ParticipantRole) -> [Address] {
            message.addresses(role).map { Address(name: $0.name, address: $0.address) }
        }
        id = "\(message.id)"
        account_id = "\(message.accountID)"
        thread_id = "\(message.threadID)"
        message_id = message.messageID
        subject = message.subject
        date = message.date?.instant.map(Moment.rfc3339)
        text = message.text
        html = message.html
        from = addresses(.from)
        to = addresses(.to)
        cc = addresses(.cc)
        bcc = addresses(.bcc)
        received_at = Moment.rfc3339(message.receivedAt)
        direction = message.direction
        sha256 = message.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        snippet = message.snippet
        size = message.size
        folders = message.placements.map {
            Placement(
                path: $0.path, uid: $0.uid.rawValue, uidvalidity: $0.uidValidity.rawValue, flags: $0.flags,
                internal_date: Moment.rfc3339($0.internalDate))
        }
        attachments = message.attachments.map {
            Attachment(
                part: $0.part, filename: $0.filename, content_type: $0.contentType, size: $0.size, inline: $0.isInline)
        }
        marks = message.marks
        thread_guessed = message.isThreadGuessed
    }
}
