// Transfers by libcurl: one multi engine on a thread of its own, which async code hands transfers to.
//
//     task ──submit──► TransferInbox (waiting) ──start──► TransferLoop (active, libcurl) ──► the task resumes
//                          │ cancel, time over                │ cancel, time over, stop
//                          └──────────────► failed ◄──────────┘
//
// A transfer only ever connects to an IP address that its caller had judged (module OutboundGuard): the engine looks
// up no name, uses no proxy, and opens no socket to another address.

import Foundation

/// Runs transfers side by side on one thread. Safe to use from any task; one engine serves the process.
package final class TransferEngine: Sendable {
    private let inbox: TransferInbox
    private let helloName: String

    /// - Parameters:
    ///   - helloName: what EHLO says of this host: a domain or an address literal, letters, digits, `.-[]:` only.
    ///   - maximumActive: transfers that run at once, each with one connection; at least 1.
    ///   - maximumWaiting: transfers in line for a place; those beyond fail with ``TransferError/tooManyWaiting``.
    package init(helloName: String = "localhost", maximumActive: Int = 64, maximumWaiting: Int = 1024) {
        let inbox = TransferInbox(maximumWaiting: maximumWaiting)
        self.inbox = inbox
        self.helloName = helloName
        let thread = Thread { TransferLoop.run(inbox: inbox, maximumActive: max(1, maximumActive)) }
        thread.name = "transfer"
        thread.start()
    }

    deinit {
        // The thread outlives an engine that nobody shut down by the time it takes to wake.
        inbox.stop()
    }

    /// Ends all that runs or waits with ``TransferError/stopped``, and returns when no connection is left.
    package func shutdown() async {
        inbox.stop()
        await inbox.stopped()
    }

    /// Signs in to an SMTP server and out again, and says what it offers. Nothing is sent.
    ///
    /// - Parameter timeout: for all of it, the time in line included.
    /// - Throws: where it failed and why; ``TransferError/cancelled`` when the task is cancelled.
    package func checkSMTPSignIn(
        _ endpoint: SMTPEndpoint, credential: SMTPCredential, trustRoots: TrustRoots = .system,
        timeout: Duration = .seconds(20)
    ) async throws(TransferError) -> SMTPServerFacts {
        let signIn = try SMTPSignIn(
            endpoint: endpoint, credential: credential, trustRoots: trustRoots, helloName: helloName)
        return try await run(timeout: timeout) { (remaining) throws(TransferError) in
            try signIn.prepare(remaining: remaining)
        }
    }

    /// Hands a transfer to the thread and awaits its end.
    /// - Parameter prepare: called on the engine's thread.
    private func run<Value: Sendable>(
        timeout: Duration, prepare: @escaping @Sendable (Duration) throws(TransferError) -> PreparedTransfer<Value>
    ) async throws(TransferError) -> Value {
        let id = inbox.makeID()
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let result: Result<Value, TransferError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let fail: @Sendable (TransferError) -> Void = { continuation.resume(returning: .failure($0)) }
                inbox.submit(
                    QueuedTransfer(
                        id: id, deadline: deadline,
                        start: { (remaining) throws(TransferError) in
                            let prepared = try prepare(remaining)
                            return ActiveTransfer(
                                id: id, easy: prepared.easy,
                                conclude: { continuation.resume(returning: prepared.outcome($0)) }, fail: fail)
                        },
                        fail: fail))
                // The handler below may have run before the transfer was there to be cancelled.
                if Task.isCancelled { inbox.cancel(id) }
            }
        } onCancel: {
            inbox.cancel(id)
        }
        return try result.get()
    }
}
