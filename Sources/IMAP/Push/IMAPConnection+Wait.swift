package import IMAPCore
import NIOCore

extension IMAPConnection {
    /// Waits until the server says that something changed, and leaves the connection ready for commands.
    ///
    /// What came before, while other commands were under way, ends it at once; ``takeNews()`` takes that away. It waits
    /// by what ``push(_:)`` has set up: NOTIFY, IDLE in the open folder, else a NOOP every
    /// ``IMAPConnectionOptions/pollInterval``. Before a server, or something between, would lose patience it says
    /// something and goes on waiting (mail-exactness 29).
    ///
    /// - Throws: ``IMAPError/deadline(_:)`` where the server does not come back from IDLE, and what ends the connection.
    ///   A task that is cancelled closes it; ``interruptWait()`` doesn't.
    package func waitForNews(for duration: Duration) async throws(IMAPError) -> NewsWait {
        let conversation = try takeTurn()
        defer { returnTurn() }
        let end = NIODeadline.now() + TimeAmount(duration)
        defer { _ = conversation.transport.takeInterruption() }
        while true {
            if !conversation.news.isEmpty { return .news(hand(conversation)) }
            if conversation.transport.takeInterruption() { return .interrupted }
            let now = NIODeadline.now()
            guard now < end else { return .elapsed }
            let renewal = now + options.idleRenewal
            switch conversation.push.means(capabilities) {
            case .idle:
                try await idle(until: Swift.min(end, renewal), conversation)
            case .notify:
                try await listen(until: end, asking: renewal, conversation)
            case .polling:
                try await listen(until: end, asking: now + options.pollInterval, conversation)
            }
        }
    }

    /// Ends the wait that another task is in, or, where none is, the next: whoever has work for the connection leaves it
    /// where the waiting task looks, and calls this. Any task may.
    package func interruptWait() { interrupt() }

    private func hand(_ conversation: Conversation) -> [FolderNews] {
        let news = conversation.news.take()
        if news.contains(.overflow) {
            // What was told before is told no longer (RFC 5465 §5.8).
            conversation.push.notified = nil
            conversation.push.hasLostNotify = true
        }
        return news
    }

    /// Takes up what was said; where nothing is, waits.
    ///
    /// - Returns: how the IDLE under way ended, where it did; whether the wait is over.
    private func hear(
        until deadline: NIODeadline, _ conversation: Conversation
    ) async throws(IMAPError) -> (end: IdleEnd?, isOver: Bool) {
        if let end = try heard(conversation) { return (end, false) }
        if !conversation.news.isEmpty { return (nil, true) }
        guard try await conversation.receiveNews(until: deadline) == nil else { return (nil, true) }
        return (try heard(conversation), !conversation.news.isEmpty)
    }

    private func heard(_ conversation: Conversation) throws(IMAPError) -> IdleEnd? {
        do throws(IMAPError) {
            while let action = try conversation.nextReadyAction() {
                switch action {
                case .keep(let response): conversation.news.note(response)
                case .idleEnded(let end): return end
                case .fail(let error): throw error
                case .ignore, .greeted, .body, .write, .finished, .startTLS, .challenge: continue
                }
            }
            return nil
        } catch {
            throw conversation.fail(error)
        }
    }

    // MARK: - Without IDLE

    /// Listens without a command under way, and asks by NOOP at a time.
    private func listen(
        until end: NIODeadline, asking: NIODeadline, _ conversation: Conversation
    ) async throws(IMAPError) {
        while true {
            guard try await !hear(until: Swift.min(end, asking), conversation).isOver else { break }
        }
        if conversation.news.isEmpty, asking <= .now() { _ = try await conversation.perform(.noop) }
    }

    // MARK: - IDLE

    /// Idles once: until there is news, the time is up, or the server ends it.
    private func idle(until deadline: NIODeadline, _ conversation: Conversation) async throws(IMAPError) {
        let begun = NIODeadline.now()
        // A server that never says `+` is left as soon as it could have.
        let patience = begun + options.commandTimeout
        try conversation.beginIdle()
        var end: IdleEnd?
        while end == nil {
            let until = conversation.awaitsIdleConsent ? Swift.min(deadline, patience) : deadline
            let heard = try await hear(until: until, conversation)
            end = heard.end
            if heard.isOver, end == nil { end = try await leave(conversation) }
        }
        switch end {
        case .left, nil:
            conversation.push.quickEnds = 0
        case .byServer:
            let isQuick = NIODeadline.now() - begun < .seconds(1) && conversation.news.isEmpty
            conversation.push.quickEnds = isQuick ? conversation.push.quickEnds + 1 : 0
            if conversation.push.quickEnds >= PushState.maximumQuickEnds { conversation.push.hasLostIdle = true }
        case .refused(let error):
            guard case .refused = error else { throw error }
            conversation.push.hasLostIdle = true
        }
    }

    /// Sends DONE, once the server has said `+` or had its time to, and awaits the tagged answer.
    private func leave(_ conversation: Conversation) async throws(IMAPError) -> IdleEnd? {
        conversation.leaveIdle()
        if conversation.awaitsIdleConsent {
            let overdue = NIODeadline.now() + options.idleConsentTimeout
            while conversation.awaitsIdleConsent {
                if let end = try heard(conversation) { return end }
                guard conversation.awaitsIdleConsent else { break }
                if try await conversation.receiveNews(until: overdue, isInterruptible: false) == .elapsed {
                    conversation.leaveIdle(isOverdue: true)
                }
            }
        }
        while true {
            if let end = try heard(conversation) { return end }
            try await conversation.receive()
        }
    }
}

extension TimeAmount {
    /// Cut to what fits into 63 bits of nanoseconds.
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (product, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        // A century is as good as for ever, and leaves room to be added to.
        let nanoseconds = overflowed ? Int64.max : product + attoseconds / 1_000_000_000
        self = .nanoseconds(Swift.min(Swift.max(nanoseconds, 0), 3_000_000_000_000_000_000))
    }
}
