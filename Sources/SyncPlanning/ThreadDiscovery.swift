/// How to find out which old messages belong to recent threads.
///
/// A thread is what Message-ID, In-Reply-To, References, provider ids and Thread-Index roots tie together, each only
/// ever joining (product.md §5). No server groups by that: Gmail and THREADID cut threads by size or subject, THREAD
/// drops In-Reply-To beside References, keeps equal Message-IDs apart and breaks loops. Each of them can leave out an
/// old message that is in the thread. So a **first sync** sweeps header fields, unless the counts alone settle it, and
/// asks for the provider's ids in the same sweep; the server's own grouping serves the **preview**, which is an
/// estimate.
package enum ThreadDiscovery: Sendable, Hashable {
    /// No folder has a message inside its window, or one that is placed, and nothing is stored: no thread is due. Costs
    /// nothing further; all UIDs are skipped.
    case nothingIsRecent
    /// No folder has a message before its window: every message is due, and there is nothing to close over. Costs
    /// UID, INTERNALDATE and RFC822.SIZE of all, about 60 bytes a message. Without header fields each message is
    /// planned by its own date and counts as a thread of its own in the totals: where those are shown, sweep anyway.
    case everythingIsRecent
    /// X-GM-THRID of all messages, about 100 bytes each and no header read. Gmail starts a new thread after 100
    /// messages and where the subject changes.
    case gmailThreads
    /// THREADID of all messages, about 100 bytes each. What a thread is is the server's affair (RFC 8474 §5.2); some
    /// split by subject.
    case objectIDThreads
    /// One THREAD command in the only folder in scope; its groups with a recent message are candidates. The server
    /// reads the same headers as for a sweep, but sends about 8 bytes a message. Several folders can't be closed over
    /// by it, since a THREAD reply sees one.
    case threadCommand(Algorithm)
    /// UID, INTERNALDATE, RFC822.SIZE, provider ids and the header fields Message-ID, In-Reply-To, References and
    /// Thread-Index of every message in scope: 300 to 500 bytes each, and exact.
    case headerSweep

    package enum Algorithm: String, Sendable, Hashable {
        case refs = "REFS"
        case references = "REFERENCES"
    }

    /// What the answer is for.
    package enum Purpose: Sendable, Hashable {
        /// Must be exact.
        case firstSync
        /// An estimate of threads, messages and bytes; it must be cheap.
        case preview
    }

    /// The cheapest means that is good enough.
    ///
    /// - Parameters:
    ///   - folders: one entry for each watched folder.
    ///   - hasStored: whether mail is stored, which may lie outside those folders by now.
    package static func choose(
        for purpose: Purpose, capabilities: ThreadCapabilities, folders: [FolderCounts], hasStored: Bool = false
    ) -> ThreadDiscovery {
        if !hasStored, folders.allSatisfy({ $0.recent == 0 && $0.placed == 0 }) { return .nothingIsRecent }
        switch purpose {
        case .firstSync:
            return folders.allSatisfy({ $0.recent >= $0.total }) ? .everythingIsRecent : .headerSweep
        case .preview:
            if capabilities.gmailExtensions { return .gmailThreads }
            if capabilities.objectIDThreads { return .objectIDThreads }
            if folders.count == 1 {
                if capabilities.threadRefs { return .threadCommand(.refs) }
                if capabilities.threadReferences { return .threadCommand(.references) }
            }
            return .headerSweep
        }
    }
}
