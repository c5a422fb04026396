import CLibCurl
import Glibc

/// The engine's thread: owns the multi handle and every easy handle in it.
struct TransferLoop: ~Copyable {
    /// Nothing needs the loop to come round unasked; libcurl shortens the poll to its own timers.
    private static let longestPoll: Int32 = 60_000

    private let inbox: TransferInbox
    private let multi: UnsafeMutableRawPointer
    private let maximumActive: Int
    private var active: [UnsafeMutableRawPointer: ActiveTransfer] = [:]

    /// Runs until the inbox says stop. Blocks: for a thread of its own.
    static func run(inbox: TransferInbox, maximumActive: Int) {
        blockBrokenPipeSignal()
        if TransferLibrary.isReady, let multi = curl_multi_init() {
            inbox.open(multi: multi)
            var loop = TransferLoop(inbox: inbox, multi: multi, maximumActive: maximumActive)
            loop.run()
            loop.close()
        } else {
            for transfer in inbox.close() { transfer.fail(.stopped) }
        }
        inbox.reportEnd()
    }

    private init(inbox: TransferInbox, multi: UnsafeMutableRawPointer, maximumActive: Int) {
        self.inbox = inbox
        self.multi = multi
        self.maximumActive = maximumActive
    }

    private mutating func run() {
        while true {
            let now = ContinuousClock.now
            let work = inbox.take(atMost: maximumActive - active.count, now: now)
            if work.stops {
                for transfer in work.starts + work.expired { transfer.fail(.stopped) }
                return
            }
            for transfer in work.expired { transfer.fail(.timedOut(.waiting)) }
            for transfer in work.starts { start(transfer, now: now) }
            for id in work.cancelled { cancel(id) }

            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return }
            let concluded = concludeFinished()
            // A place that came free is given away before the poll.
            guard concluded == 0 else { continue }
            let limit = work.nextDeadline.map {
                Int32(clamping: ContinuousClock.now.duration(to: $0).wholeMilliseconds)
            }
            let poll = min(limit ?? Self.longestPoll, Self.longestPoll)
            guard curl_multi_poll(multi, nil, 0, poll, nil) == CURLM_OK else { return }
        }
    }

    private mutating func start(_ queued: QueuedTransfer, now: ContinuousClock.Instant) {
        do throws(TransferError) {
            let transfer = try queued.start(now.duration(to: queued.deadline))
            let code = curl_multi_add_handle(multi, transfer.easy.pointer)
            guard code == CURLM_OK else { throw .library(code: Int(code.rawValue)) }
            active[transfer.easy.pointer] = transfer
        } catch {
            queued.fail(error)
        }
    }

    private mutating func cancel(_ id: UInt64) {
        guard let transfer = active.values.first(where: { $0.id == id }) else { return }
        remove(transfer)
        transfer.fail(.cancelled)
    }

    /// - Returns: how many transfers came to their end.
    private mutating func concludeFinished() -> Int {
        var count = 0
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let transfer = active[message.pointee.easy_handle] else {
                continue
            }
            // The message is gone once its handle is removed.
            let code = curl_shim_message_result(message)
            remove(transfer)
            transfer.conclude(code)
            count += 1
        }
        return count
    }

    private mutating func remove(_ transfer: ActiveTransfer) {
        curl_multi_remove_handle(multi, transfer.easy.pointer)
        active[transfer.easy.pointer] = nil
    }

    private mutating func close() {
        let waiting = inbox.close()
        for transfer in active.values {
            curl_multi_remove_handle(multi, transfer.easy.pointer)
            transfer.fail(.stopped)
        }
        // Easy handles go before the multi handle that they were in.
        active = [:]
        curl_multi_cleanup(multi)
        for transfer in waiting { transfer.fail(.stopped) }
    }

    /// OpenSSL writes without MSG_NOSIGNAL; blocked here, the signal becomes the error EPIPE and nothing else.
    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
