internal import NIOCore

/// The end of a sentinel's pipeline: writes the question and reads the answer.
final class SentinelQuestionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A sentinel's answers are a few words.
    private let reader = ReplyReader(maximumReplyBytes: 1 << 16, maximumArrayElements: 64)
    private let commands: [RedisCommand]
    private var replies: [RedisValue] = []
    private var answer: SentinelAnswer?
    private var listener: ((SentinelAnswer) -> Void)?

    init(_ sentinels: RedisSentinels) {
        var commands: [RedisCommand] = []
        if let password = sentinels.password {
            var command = RedisCommand("AUTH")
            if let user = sentinels.username { command.append(.string(user)) }
            command.append(.string(password.value))
            commands.append(command)
        }
        commands.append(RedisCommand("SENTINEL", "get-master-addr-by-name", .string(sentinels.service)))
        self.commands = commands
    }

    /// Names who wants the answer; one that came before is given at once.
    func whenAnswered(_ listener: @escaping (SentinelAnswer) -> Void) {
        if let answer { return listener(answer) }
        self.listener = listener
    }

    func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { write(context) } }

    func channelActive(context: ChannelHandlerContext) { write(context) }

    private func write(_ context: ChannelHandlerContext) {
        var bytes: [UInt8] = []
        for command in commands { command.encode(into: &bytes) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
                try reader.read(bytes) { replies.append($0) }
            }
        } catch {
            return settle(.silent("\(error)"))
        }
        guard replies.count >= commands.count else { return }
        // A refused AUTH says more than the question that it made fail.
        for case .error(let error) in replies { return settle(SentinelAnswer(.error(error))) }
        settle(SentinelAnswer(replies[commands.count - 1]))
    }

    func channelInactive(context: ChannelHandlerContext) { settle(.silent("it closed the connection")) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        settle(Dialer.isTLSFault(error) ? .tls("\(error)") : .silent("\(error)"))
        context.close(promise: nil)
    }

    private func settle(_ answer: SentinelAnswer) {
        if self.answer != nil { return }
        self.answer = answer
        let listener = listener
        self.listener = nil
        listener?(answer)
    }
}
