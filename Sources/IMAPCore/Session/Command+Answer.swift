extension Command {
    /// Whether an untagged reply can be its answer; one that can't came unasked.
    package func mayBeAnswered(by response: Response) -> Bool {
        switch response {
        case .exists, .recent, .flags:
            switch self {
            case .examine, .select: true
            default: false
            }
        case .fetch:
            if case .uidFetch = self { true } else { false }
        case .vanished(_, let earlier):
            if earlier, case .uidFetch = self { true } else { false }
        case .list:
            if case .list = self { true } else { false }
        case .mailboxStatus:
            switch self {
            case .status, .list, .notify: true
            default: false
            }
        case .expunge:
            false
        case .status, .tagged, .continuation, .capability, .enabled, .search, .thread, .namespace, .id, .unknown,
            .unreadable:
            true
        }
    }
}
