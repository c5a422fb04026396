import Foundation
import MailModel

@testable import Threading

/// A test of dovecot/imaptest for THREAD: a mailbox, and a script of appends, expunges and THREAD commands with the
/// replies that they must give.
struct ImaptestScript {
    /// One THREAD command: which messages of the box were there, and which of them the reply puts together.
    struct Expectation {
        let algorithm: String
        /// Positions in the box, in order of their sequence numbers.
        let present: [Int]
        /// Positions in `present`, one set for each of the reply's top-level threads.
        let threads: Set<Set<Int>>
    }

    static let corpus: URL = {
        if let path = ProcessInfo.processInfo.environment["POSTRIDER_CORPORA"] {
            return URL(fileURLWithPath: path).appendingPathComponent("imaptest-thread")
        }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appendingPathComponent("shared/corpora/imaptest-thread")
    }()

    /// In CI an absent corpus is a failure, so its tests run and fail; elsewhere they are skipped by name.
    static var isToBeTested: Bool {
        ProcessInfo.processInfo.environment["CI"] == "true" || FileManager.default.fileExists(atPath: corpus.path)
    }

    let messages: [ThreadableMessage]
    private(set) var expectations: [Expectation] = []

    /// - Parameter name: of the script; its mailbox is beside it.
    init(_ name: String) throws {
        let box = try String(contentsOf: Self.corpus.appendingPathComponent(name + ".mbox"), encoding: .utf8)
        let script = try String(contentsOf: Self.corpus.appendingPathComponent(name), encoding: .utf8)
        messages = Mbox.messages(box)
        try run(script)
    }

    private mutating func run(_ script: String) throws {
        // `state: created` starts with an empty mailbox; otherwise the whole box is there.
        var present = script.contains("state: created") ? [] : Array(messages.indices)
        var appended = present.count
        var deleted: [Int] = []
        var algorithm: String?
        for line in script.split(separator: "\n") {
            let words = line.lowercased().split(separator: " ").map(String.init)
            switch (words.first, words.dropFirst().first) {
            case ("ok", "append"):
                present.append(appended)
                appended += 1
            case ("ok", "store"):
                deleted += words[2].split(separator: ",").compactMap { Int($0) }
            case ("ok", "expunge"):
                for number in deleted.sorted(by: >) { present.remove(at: number - 1) }
                deleted = []
            case ("ok", "thread"):
                algorithm = words[2]
            case ("*", "thread"):
                guard let asked = algorithm else { throw Unreadable(line: String(line)) }
                expectations.append(
                    Expectation(
                        algorithm: asked, present: present, threads: Self.threads(line)))
                algorithm = nil
            case ("ok", "select"), ("messages:", _), ("capabilities:", _), ("state:", _), (nil, _):
                continue
            default:
                throw Unreadable(line: String(line))
            }
        }
    }

    struct Unreadable: Error { let line: String }

    /// The sequence numbers within each outermost pair of parentheses, from 0.
    private static func threads(_ reply: some StringProtocol) -> Set<Set<Int>> {
        var threads: Set<Set<Int>> = []
        var open: Set<Int> = []
        var depth = 0
        var number = 0
        func close() {
            if number > 0 { open.insert(number - 1) }
            number = 0
        }
        for character in reply {
            switch character {
            case "(":
                close()
                depth += 1
            case ")":
                close()
                depth -= 1
                if depth == 0 {
                    threads.insert(open)
                    open = []
                }
            case "0"..."9" where depth > 0: number = number * 10 + (character.wholeNumberValue ?? 0)
            default: close()
            }
        }
        return threads
    }
}
