internal import CHiredis

/// RESP2 from bytes: a hiredis reader with our own reply functions and our own bounds.
///
/// Stays on one event loop. Once it has thrown it is of no more use, because hiredis has lost its place in the stream.
final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let builder: ReplyBuilder
    private let maximumReplyBytes: Int
    /// Bytes fed since the last complete reply.
    private var unfinishedBytes = 0

    /// Spare memory that the reader keeps between replies; hiredis's own 16 KiB makes it allocate for every read.
    private static let spareBytes = 1 << 20

    init(maximumReplyBytes: Int, maximumArrayElements: Int) {
        self.maximumReplyBytes = maximumReplyBytes
        builder = ReplyBuilder(maximumElements: maximumArrayElements)
        functions = .allocate(capacity: 1)
        functions.initialize(to: Self.replyFunctions)
        guard let reader = redisReaderCreateWithFunctions(functions) else {
            preconditionFailure("out of memory while making a reply reader")
        }
        self.reader = reader
        reader.pointee.maxbuf = Self.spareBytes
        reader.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
    }

    deinit {
        redisReaderFree(reader)
        functions.deallocate()
    }

    /// Takes bytes in and hands every reply that they complete to `body`, in order.
    /// - Throws: ``ReplyReaderError`` for bytes that are no RESP, and past a bound.
    func read(_ bytes: UnsafeRawBufferPointer, _ body: (RedisValue) -> Void) throws(ReplyReaderError) {
        unfinishedBytes += bytes.count
        guard redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK
        else { throw failure() }
        while true {
            var reply: UnsafeMutableRawPointer?
            guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
            if builder.exceedsLimit { throw .arrayTooLong }
            if reply == nil { break }
            guard let value = builder.take() else { throw .notRESP("a reply without a value") }
            unfinishedBytes = reader.pointee.len - reader.pointee.pos
            body(value)
        }
        if unfinishedBytes > maximumReplyBytes { throw .replyTooLong }
    }

    private func failure() -> ReplyReaderError {
        withUnsafeBytes(of: reader.pointee.errstr) { bytes in
            .notRESP(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
        }
    }
}

extension ReplyReader {
    /// What every reply function answers: never NULL, which hiredis 0.14 takes for memory that ran out.
    private nonisolated(unsafe) static let mark = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
    // `mark` is unsafe only to the compiler: nobody reads or writes what it points to.

    private static func builder(_ task: UnsafePointer<redisReadTask>?) -> ReplyBuilder? {
        guard let data = task?.pointee.privdata else { return nil }
        return Unmanaged<ReplyBuilder>.fromOpaque(data).takeUnretainedValue()
    }

    private static var replyFunctions: redisReplyObjectFunctions {
        redisReplyObjectFunctions(
            createString: { task, characters, count in
                let bytes = UnsafeRawBufferPointer(start: characters, count: count)
                let value: RedisValue =
                    switch task?.pointee.type {
                    case REDIS_REPLY_STATUS: .simple(String(decoding: bytes, as: UTF8.self))
                    case REDIS_REPLY_ERROR: .error(RedisServerError(line: String(decoding: bytes, as: UTF8.self)))
                    default: .bulk(Array(bytes))
                    }
                ReplyReader.builder(task)?.add(value)
                return ReplyReader.mark
            },
            createArray: { task, count in
                ReplyReader.builder(task)?.openArray(count: Int(count))
                return ReplyReader.mark
            },
            createInteger: { task, value in
                ReplyReader.builder(task)?.add(.integer(value))
                return ReplyReader.mark
            },
            createNil: { task in
                ReplyReader.builder(task)?.add(.null)
                return ReplyReader.mark
            },
            freeObject: { _ in }
        )
    }
}
