internal import NIOCore

/// One short connection to one sentinel: signs in, asks for the master, and is closed.
///
/// Lives on one event loop.
final class SentinelQuestion {
    private let eventLoop: any EventLoop
    private var completion: ((SentinelAnswer) -> Void)?
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?

    /// - Parameter completion: called once, never before this returns, and not at all after ``cancel()``.
    init(
        to address: RedisAddress, of sentinels: RedisSentinels, timeout: Duration, dialer: Dialer,
        eventLoop: any EventLoop, completion: @escaping (SentinelAnswer) -> Void
    ) {
        self.eventLoop = eventLoop
        self.completion = completion
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
            self.finish(.silent("no answer within \(timeout.seconds) s"))
        }
        do throws(ConnectionFailure) {
            try dialer.dial(address, timeout: TimeAmount(timeout)) { SentinelQuestionHandler(sentinels) }
                .assumeIsolated()
                .whenComplete { bound.value.connected($0) }
        } catch {
            eventLoop.assumeIsolated().execute { self.finish(.tls("\(error)")) }
        }
    }

    func cancel() {
        completion = nil
        finish(.silent("cancelled"))
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        do {
            let channel = try result.get()
            guard completion != nil else { return channel.close(promise: nil) }
            self.channel = channel
            let handler = try channel.pipeline.syncOperations.handler(type: SentinelQuestionHandler.self)
            handler.whenAnswered { self.finish($0) }
        } catch {
            finish(Dialer.isTLSFault(error) ? .tls("\(error)") : .silent(Dialer.reason(error)))
        }
    }

    private func finish(_ answer: SentinelAnswer) {
        timer?.cancel()
        timer = nil
        channel?.close(promise: nil)
        channel = nil
        let completion = completion
        self.completion = nil
        completion?(answer)
    }
}
