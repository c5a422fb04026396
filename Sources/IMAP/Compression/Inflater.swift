import CZlib
import IMAPCore
import NIOCore

/// A stream of raw deflate that is read (RFC 1951), never more at once than was asked for, whatever the ratio.
final class Inflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// What came and is not inflated yet.
    private var input = ByteBuffer()
    /// Whether zlib may hold more than it gave, without more input.
    private var holdsMore = false
    private(set) var isOver = false

    init() throws(IMAPError) {
        stream.initialize(to: z_stream())
        guard postrider_inflate_begin(stream) == Z_OK else {
            stream.deallocate()
            throw .protocolViolation("zlib does not begin")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Whether ``next(allocator:)`` may give something without further input.
    var hasMore: Bool { !isOver && (holdsMore || input.readableBytes > 0) }

    func feed(_ piece: ByteBuffer) {
        if input.readableBytes == 0 {
            input = piece
        } else {
            input.writeImmutableBuffer(piece)
        }
    }

    /// The next octets, at most as many as one piece has room for.
    ///
    /// - Returns: `nil` where more input is needed, and at the stream's end.
    /// - Throws: ``IMAPError/protocolViolation(_:)`` for what is no deflate; then the stream is over.
    func next(allocator: ByteBufferAllocator) throws(IMAPError) -> ByteBuffer? {
        guard hasMore else { return nil }
        var out = allocator.buffer(capacity: Self.pieceSize)
        var outcome = Z_OK
        let consumed = input.withUnsafeReadableBytes { bytes in
            stream.pointee.next_in = bytes.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(clamping: bytes.count)
            let given = Int(stream.pointee.avail_in)
            out.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceSize) { output in
                stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(Self.pieceSize)
                outcome = inflate(stream, Z_SYNC_FLUSH)
                return Self.pieceSize - Int(stream.pointee.avail_out)
            }
            return given - Int(stream.pointee.avail_in)
        }
        holdsMore = stream.pointee.avail_out == 0
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        input.moveReaderIndex(forwardBy: consumed)
        // A buffer that is used up would only be held.
        if input.readableBytes == 0 { input = ByteBuffer() }
        switch outcome {
        case Z_OK: break
        // No progress without more input.
        case Z_BUF_ERROR: holdsMore = false
        case Z_STREAM_END: isOver = true
        default:
            isOver = true
            throw .protocolViolation("what it compresses can't be read")
        }
        return out.readableBytes > 0 ? out : nil
    }

    private static let pieceSize = 64 << 10
}
