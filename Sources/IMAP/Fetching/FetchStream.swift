import IMAPCore
import NIOCore

/// A fetch under way: drives the conversation for as long as its consumer asks for batches.
///
/// It holds the connection's turn until the last command is answered. A consumer that goes away before leaves replies
/// half read, which no one can pick up again: then the connection is closed.
final class FetchStream<Assembler: FetchAssembler> {
    private enum State {
        case running(Conversation)
        case over
    }

    private static var batchCount: Int { 64 }
    private static var batchWeight: Int { 4 << 20 }

    private let connection: IMAPConnection
    private var state: State
    private var assembler: Assembler
    private let observesBudget: Bool
    /// A body that is announced and waits for room in the budget.
    private var delayed: BodyBegin?
    /// Why the fetch ended, other than by having all.
    private var refusal: IMAPError?
    /// Set when all is said: what is still in the batch is yielded first.
    private var isComplete = false

    init(
        _ connection: IMAPConnection, _ conversation: Conversation, assembler: Assembler, observesBudget: Bool
    ) {
        self.connection = connection
        state = .running(conversation)
        self.assembler = assembler
        self.observesBudget = observesBudget
    }

    deinit {
        if case .running(let conversation) = state {
            conversation.end()
            connection.returnTurn()
        }
    }

    /// The next batch: up to 64 items or 4 MiB, and fewer rather than wait for more.
    ///
    /// What is complete is yielded before the error that ended the fetch is thrown.
    ///
    /// - Returns: `nil` after the last.
    func next() async throws(IMAPError) -> [Assembler.Item]? {
        guard case .running(let conversation) = state else { return nil }
        var batch: [Assembler.Item] = []
        if !isComplete {
            batch.reserveCapacity(Self.batchCount)
            do throws(IMAPError) {
                try await gather(&batch, conversation)
            } catch {
                refusal = error
                isComplete = true
            }
        }
        if !batch.isEmpty { return batch }
        state = .over
        conversation.endStream()
        connection.returnTurn()
        if let refusal { throw refusal }
        return nil
    }

    private func gather(_ batch: inout [Assembler.Item], _ conversation: Conversation) async throws(IMAPError) {
        if Task.isCancelled { throw conversation.fail(.cancelled) }
        try await beginDelayed(conversation)
        var weight = 0
        while true {
            guard let action = try nextReady(conversation) else {
                if !batch.isEmpty { return }
                try await conversation.receive()
                continue
            }
            switch action {
            case .body(.bodyBegin(let section)):
                delayed = section
                // Before it waits, this fetch lets go of what it holds itself.
                if !batch.isEmpty, !hasRoom(conversation) { return }
                try await beginDelayed(conversation)
            case .body(.bodyChunk(let chunk)):
                if assembler.take(chunk) {
                    try await guarded(conversation) { () throws(IMAPError) in try await self.assembler.flush() }
                }
            case .body(.bodyEnd):
                try await guarded(conversation) { () throws(IMAPError) in try await self.assembler.end() }
            case .keep(.fetch(let response)):
                guard let made = assembler.finish(response) else {
                    conversation.news.note(.fetch(response))
                    continue
                }
                batch.append(made.item)
                weight += made.weight
                if batch.count >= Self.batchCount || weight >= Self.batchWeight { return }
            case .keep(.vanished(let uids, let earlier)):
                // What vanishes meanwhile, not earlier, also changes how many there are.
                if !earlier { conversation.news.note(.vanished(uids, earlier: false)) }
                if let item = assembler.vanish(uids) { batch.append(item) }
            case .keep(let response):
                conversation.news.note(response)
            case .finished(let ended):
                if case .failure(let error) = ended.outcome { refusal = refusal ?? error }
                if ended.isLast {
                    isComplete = true
                    return
                }
            case .fail(let error):
                throw conversation.fail(error)
            case .ignore, .greeted, .body(.response), .write, .startTLS, .challenge, .idleEnded:
                continue
            }
        }
    }

    private func hasRoom(_ conversation: Conversation) -> Bool {
        !observesBudget || conversation.options.budget.hasRoom
    }

    /// Begins the body that is next, once the budget has room: a body that has begun is read to its end.
    private func beginDelayed(_ conversation: Conversation) async throws(IMAPError) {
        guard let section = delayed else { return }
        if !hasRoom(conversation) {
            await conversation.options.budget.waitForRoom()
            if Task.isCancelled { throw conversation.fail(.cancelled) }
        }
        delayed = nil
        assembler.begin(section)
    }

    private func nextReady(_ conversation: Conversation) throws(IMAPError) -> SessionMachine.Action? {
        do throws(IMAPError) {
            return try conversation.nextReadyAction()
        } catch {
            throw conversation.fail(error)
        }
    }

    /// A message that can't be kept leaves the session in the middle of a reply.
    private func guarded(
        _ conversation: Conversation, _ work: () async throws(IMAPError) -> Void
    ) async throws(IMAPError) {
        do throws(IMAPError) {
            try await work()
        } catch {
            throw conversation.fail(error)
        }
    }
}
