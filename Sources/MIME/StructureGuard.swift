import CGMime
import Glibc

/// Looks over a message before GMime builds its tree, since GMime itself has no bound on parts or on a part's header:
/// a message of boundary lines alone would cost it two hundred times its size in memory.
///
/// Lines that begin with `--` are counted, and the blocks of lines that follow them measured up to their first blank
/// line, as a part's header would be. Ordinary mail stays far below both limits. Where a limit is passed, GMime sees
/// the message only up to there.
struct StructureGuard {
    /// How many leading bytes GMime may see.
    private(set) var safeLength: Int
    private(set) var mark: ParseMark?

    /// Messages below this size can't hold enough of either to hurt.
    static let freeSize = 64 << 10
    /// Lines that begin with `--`: boundaries, but also patches and signatures.
    static let delimiterLines = 20_000

    init(_ source: ByteSource, limits: ParseLimits) {
        safeLength = source.count
        guard source.count > Self.freeSize else { return }
        var state = State()
        var cut: (Int, ParseMark)?
        source.scan { window, offset, _ in
            cut = state.step(window, offset: offset, limits: limits)
            return cut == nil ? 2 : nil
        }
        if let (length, mark) = cut {
            safeLength = length
            self.mark = mark
        }
    }

    private struct State {
        var delimiters = 0
        /// Where the current header block began; `nil` outside of one.
        var blockStart: Int?
        var blockLines = 0
        /// Windows overlap by two bytes; what was seen is not counted again.
        var seen = 0

        mutating func step(
            _ window: UnsafeRawBufferPointer, offset: Int, limits: ParseLimits
        ) -> (Int, ParseMark)? {
            let base = window.baseAddress!
            var index = 0
            while index < window.count, let hit = memchr(base + index, 0x0A, window.count - index) {
                let at = UnsafeRawPointer(hit) - base
                index = at + 1
                // The two bytes after the line end decide; at a window's end they come with the next window.
                guard at + 2 < window.count else { return nil }
                guard offset + at >= seen else { continue }
                seen = offset + at + 1
                let first = window[at + 1]
                let second = window[at + 2]
                if let start = blockStart {
                    blockLines += 1
                    if first == 0x0A || (first == 0x0D && second == 0x0A) {
                        blockStart = nil
                    } else if offset + at - start > limits.headerBytes || blockLines > limits.headerCount {
                        return (start, .headersExceeded)
                    }
                }
                if first == UInt8(ascii: "-"), second == UInt8(ascii: "-") {
                    delimiters += 1
                    if delimiters > StructureGuard.delimiterLines { return (offset + at + 1, .partsExceeded) }
                    blockStart = offset + at + 1
                    blockLines = 0
                } else if blockStart == nil {
                    // Outside a block only `\n--` matters, and memmem finds it faster than line by line.
                    let rest = window.count - index
                    guard rest > 2, let next = postrider_find(base + index, rest, "\n--", 3) else {
                        // The last two bytes are looked at again with the next window.
                        seen = max(seen, offset + window.count - 2)
                        return nil
                    }
                    index = UnsafeRawPointer(next) - base
                }
            }
            return nil
        }
    }
}
