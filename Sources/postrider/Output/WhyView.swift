import MailModel
import MailStore
import SyncEngine
import Threading

/// Why a message is here.
struct WhyView: Encodable {
    struct PlacementView: Encodable {
        let path: String
        let uid: UInt32
        let flags: [String]
    }

    let message_id, thread_id, seen_at, received_at: String
    let run_id, taken_by, rule, run_outcome, run_worker, run_started_at: String?
    let joined_by: String
    let in_scope, trashed: Bool
    let deleted_at: String?
    let folders: [PlacementView]
    let actions: [ActionView]

    init(_ why: Provenance) {
        message_id = "\(why.message)"
        thread_id = "\(why.thread)"
        seen_at = Moment.rfc3339(why.seenAt)
        received_at = Moment.rfc3339(why.receivedAt)
        run_id = why.run.map { "\($0)" }
        taken_by = why.takenBy?.rawValue
        rule = why.takenBy.map(Self.rule)
        run_outcome = why.history?.outcome
        run_worker = why.history?.worker
        run_started_at = why.history.map { Moment.rfc3339(milliseconds: $0.startedAt) }
        joined_by = why.joinedBy.map(Self.join) ?? "nothing: it began its thread"
        in_scope = why.isInScope
        trashed = why.isTrashed
        deleted_at = why.deletedAt.map(Moment.rfc3339)
        folders = why.placements.map { .init(path: $0.path, uid: $0.uid.rawValue, flags: $0.flags) }
        actions = why.actions.map(ActionView.init)
    }

    private static func rule(_ taken: TakenBy) -> String {
        switch taken {
        case .recent: "it was inside the window when syncing started"
        case .thread: "its thread had a message inside the window when syncing started"
        case .arrival: "it arrived, and is not older than the window"
        case .arrivalInThread: "it arrived, older than the window, and belongs to a thread that is synced"
        case .tracked: "a reply to, or a forward of, its thread had it pulled"
        case .widened: "the window was widened"
        case .followed: "it was followed"
        case .restaged: "its folder's UIDs began anew"
        }
    }

    private static func join(_ joined: JoinedBy) -> String {
        switch joined {
        case .link(.messageID(let id)): "the Message-ID \(id)"
        case .link(.providerThread(let id)): "the provider's thread \(id)"
        case .link(.threadIndexRoot): "the root of its Thread-Index"
        case .subject: "a guess by subject, people and time"
        case .forwardedBlock: "a guess by the forwarded block in its text"
        }
    }

    func show() {
        print("message  \(message_id)\nthread   \(thread_id), joined by \(joined_by)")
        print("seen     \(seen_at), received \(received_at)")
        if let rule { print("because  \(rule)") }
        if let run_id {
            let told = run_started_at.map { ", begun \($0) by \(run_worker ?? "-"): \(run_outcome ?? "-")" } ?? ""
            print("by run   \(run_id)\(told)")
        }
        for folder in folders {
            print("in       \(folder.path), UID \(folder.uid)  \(folder.flags.joined(separator: " "))")
        }
        if let deleted_at { print("deleted  \(deleted_at)") } else if trashed { print("trashed") }
        if !in_scope { print("out of scope: it lies in no folder that is synced") }
        for action in actions { print("raised   \(action.kind) \(action.id): \(action.state)\(action.told)") }
        print("")
    }
}

/// Why a message that the server has is not stored.
struct WhyNotView: Encodable {
    let path: String
    let uid: UInt32
    let received_at: String?
    let skipped: String?
    let rule: String

    init(_ place: Whereabouts) {
        path = place.path
        uid = place.uid.rawValue
        received_at = place.internalDate.map(Moment.rfc3339)
        skipped = place.reason?.rawValue
        rule =
            switch place.reason {
            case .tooOld: "its thread's newest message was older than the window when syncing started"
            case .oldArrival: "it arrived after the start, is older than the window, and its thread isn't synced"
            case .unfetchable: "the server lists it and doesn't give it"
            case .tooLarge: "it is larger than what is kept"
            case .quarantined: "nothing can parse it: see postrider quarantine list"
            case nil: place.isWatched ? "it has just arrived: the next visit takes it" : "its folder isn't synced"
            }
    }

    func show() {
        print("not stored: in \(path), UID \(uid)\(received_at.map { ", received \($0)" } ?? "")")
        print("because  \(rule)\n")
    }
}
