import Foundation
import MailModel

@testable import Threading

/// A tiny reader of mailboxes in mbox form: enough of the header for threads.
enum Mbox {
    static func messages(_ text: String) -> [ThreadableMessage] {
        var out: [ThreadableMessage] = []
        var header: [String: String]?
        var inHeader = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("From ") {
                if let header { out.append(message(header)) }
                header = [:]
                inHeader = true
            } else if line.isEmpty {
                inHeader = false
            } else if inHeader, let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                header?[line[..<colon].lowercased()] = value
            }
        }
        if let header { out.append(message(header)) }
        return out
    }

    private static func message(_ header: [String: String]) -> ThreadableMessage {
        ThreadableMessage(
            messageID: HeaderMessageID.parse(header["message-id"] ?? "").first,
            inReplyTo: HeaderMessageID.parse(header["in-reply-to"] ?? ""),
            references: HeaderMessageID.parse(header["references"] ?? ""),
            subject: decoded(header["subject"] ?? ""), date: EpochSeconds(0))
    }

    /// One encoded word in ASCII (RFC 2047): all that these boxes have.
    private static func decoded(_ text: String) -> String {
        guard let start = text.range(of: "=?"), text.hasSuffix("?=") else { return text }
        let parts = text[start.upperBound...].dropLast(2).split(separator: "?", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return text }
        let word =
            parts[1].lowercased() == "b"
            ? String(decoding: Data(base64Encoded: String(parts[2])) ?? Data(), as: UTF8.self)
            : parts[2].replacingOccurrences(of: "_", with: " ")
        return text[..<start.lowerBound] + word
    }
}
