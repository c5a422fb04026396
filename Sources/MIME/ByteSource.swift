import Glibc

/// A message's raw bytes: in memory, or in a file that is read by offset.
enum ByteSource {
    case memory(UnsafeRawBufferPointer)
    case file(descriptor: Int32, length: Int)

    var count: Int {
        switch self {
        case .memory(let bytes): bytes.count
        case .file(_, let length): length
        }
    }

    /// Calls `body` with the bytes of a range; from a file they are read into memory first, so ask for little.
    /// Fewer bytes than asked for mean that the file is shorter than was said, or can't be read.
    func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let range = range.clamped(to: 0..<count)
        switch self {
        case .memory(let bytes):
            return body(UnsafeRawBufferPointer(rebasing: bytes[range]))
        case .file(let descriptor, _):
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 16)
            defer { buffer.deallocate() }
            let filled = Self.read(descriptor, at: range.lowerBound, into: buffer)
            return body(UnsafeRawBufferPointer(rebasing: buffer[0..<filled]))
        }
    }

    /// Reads until the buffer is full, the file ends, or reading fails; how many bytes came.
    static func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(offset + filled))
            if got > 0 {
                filled += got
            } else if got < 0, errno == EINTR {
                continue
            } else {
                break
            }
        }
        return filled
    }

    /// Hands all bytes over from the start, window by window. From a file, windows of 256 KiB; `body` returns how
    /// many bytes at the window's end it wants to see again, before what follows, or `nil` to stop.
    func scan(_ body: (_ window: UnsafeRawBufferPointer, _ offset: Int, _ isLast: Bool) -> Int?) {
        switch self {
        case .memory(let bytes):
            _ = body(bytes, 0, true)
        case .file(let descriptor, let length):
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
            defer { buffer.deallocate() }
            var offset = 0
            while offset < length {
                let size = min(buffer.count, length - offset)
                let filled = Self.read(
                    descriptor, at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<size]))
                guard filled > 0 else { return }
                let isLast = offset + filled >= length || filled < size
                guard let keep = body(UnsafeRawBufferPointer(rebasing: buffer[0..<filled]), offset, isLast), !isLast
                else { return }
                offset += max(filled - keep, 1)
            }
        }
    }
}
