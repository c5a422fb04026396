import ArgumentParser
import Foundation
import MIME

/// Parses messages from standard input, each after its length in 8 bytes, the most significant first, and says nothing: that
/// it comes to its end is the answer. Made for ``TrialProcess``.
struct ParseTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "parse-trial", shouldDisplay: false)

    /// Bytes that are handed over at once.
    static let step = 256 << 10

    static func header(count: Int) -> Data { withUnsafeBytes(of: UInt64(count).bigEndian) { Data($0) } }

    func run() throws {
        let parser = MessageParser()
        while let header = try Self.read(8), header.count == 8 {
            let count = header.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let message = try Self.read(Int(clamping: count)) else { return }
            _ = message.withUnsafeBytes { parser.parse($0) }
        }
    }

    private static func read(_ count: Int) throws -> Data? {
        var data = Data()
        while data.count < count {
            guard let piece = try FileHandle.standardInput.read(upToCount: min(count - data.count, step)),
                !piece.isEmpty
            else { return data.isEmpty ? nil : data }
            data.append(piece)
        }
        return data
    }
}
