internal import CHiredis

/// A command and its arguments, ready to be encoded: their bytes one behind the other, with the length of each.
///
/// One allocation holds all of them, since a claim or an enqueue carries hundreds.
package struct RedisCommand: Sendable, Hashable {
    private var storage: [UInt8]
    private var lengths: [Int]

    /// - Parameters:
    ///   - name: `GET`; of two words (`SCRIPT LOAD`) the second is an argument.
    ///   - arguments: in order.
    package init(_ name: String, _ arguments: RedisArgument...) {
        self.init(name, arguments)
    }

    /// - Parameters:
    ///   - name: the first word of the command.
    ///   - arguments: in order.
    package init(_ name: String, _ arguments: [RedisArgument]) {
        storage = Array(name.utf8)
        lengths = [storage.count]
        lengths.reserveCapacity(arguments.count + 1)
        for argument in arguments { append(argument) }
    }

    /// Adds one argument at the end.
    package mutating func append(_ argument: RedisArgument) {
        let before = storage.count
        switch argument {
        case .string(let text): storage.append(contentsOf: text.utf8)
        case .bytes(let bytes): storage.append(contentsOf: bytes)
        case .integer(let value): storage.append(contentsOf: String(value).utf8)
        }
        lengths.append(storage.count - before)
    }

    /// Number of words, the name included.
    package var count: Int { lengths.count }

    /// The command in RESP, appended to `output` by hiredis.
    func encode(into output: inout [UInt8]) {
        storage.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // Present even if every argument is empty, since a command's name never is.
                guard let base = characters.baseAddress else { return }
                var offset = 0
                var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
                    defer { offset += length }
                    return base + offset
                }
                var target: UnsafeMutablePointer<CChar>?
                let written = redisFormatCommandArgv(&target, Int32(lengths.count), &pointers, lengths)
                // hiredis answers -1 only if malloc fails, which Swift's own allocations do not survive either.
                precondition(written > 0, "out of memory while encoding a command")
                guard let target else { return }
                let encoded = UnsafeRawBufferPointer(start: target, count: Int(written))
                output.append(contentsOf: encoded)
                redisFreeCommand(target)
            }
        }
    }
}
