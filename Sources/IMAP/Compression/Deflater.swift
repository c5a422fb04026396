import CZlib
import IMAPCore
import NIOCore

/// A stream of raw deflate that is written to (RFC 1951), flushed after each piece so that the other side can act on it
/// (mail-exactness 24).
final class Deflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// Commands are short: a window of 4 KiB and little memory serve them as well as the largest would.
    private static let windowBits: Int32 = 12
    private static let memoryLevel: Int32 = 5

    init() throws(IMAPError) {
        stream.initialize(to: z_stream())
        guard postrider_deflate_begin(stream, Z_DEFAULT_COMPRESSION, Self.windowBits, Self.memoryLevel) == Z_OK else {
            stream.deallocate()
            throw .protocolViolation("zlib does not begin")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Appends `bytes` to `out`, compressed and flushed.
    func deflate(_ bytes: ByteBuffer, into out: inout ByteBuffer) {
        bytes.withUnsafeReadableBytes { input in
            stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(input.count)
            var isFull = true
            while isFull {
                out.writeWithUnsafeMutableBytes(minimumWritableBytes: 256) { output in
                    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(clamping: output.count)
                    let room = Int(stream.pointee.avail_out)
                    _ = CZlib.deflate(stream, Z_SYNC_FLUSH)
                    isFull = stream.pointee.avail_out == 0
                    return room - Int(stream.pointee.avail_out)
                }
            }
        }
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
    }
}
