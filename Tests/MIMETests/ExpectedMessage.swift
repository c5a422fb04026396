import Foundation
import MailModel

@testable import MIME

/// What mail-parser's dump of a message says, in the terms of ``ParsedMessage``.
struct ExpectedMessage {
    private let json: [String: Any]
    private let parts: [[String: Any]]

    init(_ json: [String: Any]) {
        self.json = json
        parts = json["parts"] as? [[String: Any]] ?? []
    }

    init(data: Data) throws {
        self.init(try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:])
    }

    /// The fields in which a parse differs, with both values, for people to read.
    func differences(from message: ParsedMessage, raw: [UInt8], path: String = "") -> [String: String] {
        var out: [String: String] = [:]
        func compare<Value: Equatable>(_ field: String, _ expected: Value, _ found: Value) {
            if expected != found { out[path + field] = "expected \(expected), found \(found)" }
        }
        compare("messageID", ids("message_id").first, message.messageID?.rawValue)
        compare("inReplyTo", ids("in_reply_to"), message.inReplyTo.map(\.rawValue))
        compare("references", ids("references"), message.references.map(\.rawValue))
        compare("from", addresses("from"), message.from.map(Self.show))
        compare("sender", addresses("sender"), message.sender.map(Self.show))
        compare("replyTo", addresses("reply_to"), message.replyTo.map(Self.show))
        compare("to", addresses("to"), message.to.map(Self.show))
        compare("cc", addresses("cc"), message.cc.map(Self.show))
        compare("bcc", addresses("bcc"), message.bcc.map(Self.show))
        compare("subject", (value("subject")?["Text"] as? String) ?? "", message.subject ?? "")
        compare("date", date, message.date?.instant?.rawValue)
        compare(
            "listID", (value("list_id").map(Self.flatten) ?? []).first?.components(separatedBy: "|").last,
            message.listID)
        compare("text", body("text_body", "Text"), message.text)
        compare("html", body("html_body", "Html"), message.html)
        let expected = attachments
        compare("attachments", expected.map(\.label), message.attachments.map(Self.label))
        guard out[path + "attachments"] == nil else { return out }
        for (index, pair) in zip(expected, message.attachments).enumerated() {
            let content = pair.1.content(in: raw)
            if let inner = pair.0.message {
                let parsed = MessageParser().parse(content)
                out.merge(ExpectedMessage(inner).differences(from: parsed, raw: content, path: "\(path)\(index)/")) {
                    $1
                }
            } else if let bytes = pair.0.bytes {
                compare(
                    "content\(index)", String(decoding: bytes, as: UTF8.self), String(decoding: content, as: UTF8.self))
                if bytes != content { out[path + "content\(index)"] = out[path + "content\(index)"] ?? "other bytes" }
            } else if let text = pair.0.text {
                let decoded = content.withUnsafeBytes {
                    CharsetDecoder().decode($0, charset: pair.1.charset.map { Charset(name: $0) } ?? .ascii).text
                }
                compare("content\(index)", text, decoded)
            }
        }
        return out
    }

    private func header(_ name: String, in part: Int = 0) -> [[String: Any]] {
        guard part < parts.count else { return [] }
        return (parts[part]["headers"] as? [[String: Any]] ?? []).filter { $0["name"] as? String == name }
            .map { $0["value"] as? [String: Any] ?? [:] }
    }

    private func value(_ name: String) -> [String: Any]? { header(name).first }

    private func ids(_ name: String) -> [String] {
        header(name).flatMap { value -> [String] in
            if let text = value["Text"] as? String { return [text] }
            return value["TextList"] as? [String] ?? []
        }
    }

    private static func show(_ address: EmailAddress) -> String { "\(address.name ?? "")|\(address.address)" }

    private static func flatten(_ value: [String: Any]) -> [String] {
        guard let address = value["Address"] as? [String: Any] else { return [] }
        let groups = address["Group"] as? [[String: Any]] ?? []
        let list =
            (address["List"] as? [[String: Any]] ?? [])
            + groups.flatMap { $0["addresses"] as? [[String: Any]] ?? [] }
        return list.map { "\($0["name"] as? String ?? "")|\($0["address"] as? String ?? "")" }
    }

    private func addresses(_ name: String) -> [String] { header(name).flatMap(Self.flatten) }

    private var date: Int64? {
        guard let when = value("date")?["DateTime"] as? [String: Any] else { return nil }
        func number(_ key: String) -> Int { (when[key] as? NSNumber)?.intValue ?? 0 }
        var parts = DateComponents()
        (parts.year, parts.month, parts.day) = (number("year"), number("month"), number("day"))
        (parts.hour, parts.minute, parts.second) = (number("hour"), number("minute"), number("second"))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0)!
        guard let moment = calendar.date(from: parts) else { return nil }
        let offset = (number("tz_hour") * 60 + number("tz_minute")) * 60
        let before = (when["tz_before_gmt"] as? NSNumber)?.boolValue ?? false
        return Int64(moment.timeIntervalSince1970) + Int64(before ? offset : -offset)
    }

    private func kind(_ index: Int) -> (String, Any) {
        guard let body = parts[index]["body"] as? [String: Any], let first = body.first else { return ("", "") }
        return (first.key, first.value)
    }

    private func indices(_ name: String) -> [Int] { (json[name] as? [NSNumber])?.map(\.intValue) ?? [] }

    private func body(_ list: String, _ wanted: String) -> String? {
        let shown = indices(list).map { kind($0) }.filter { $0.0 == "Text" || $0.0 == "Html" }
        guard shown.contains(where: { $0.0 == wanted }) else { return nil }
        var out: String?
        for (kind, content) in shown {
            var text = content as? String ?? ""
            if kind != wanted { text = wanted == "Text" ? HTMLText.strip(text) : "<pre>\(Self.escape(text))</pre>" }
            out = out.map { $0.isEmpty || $0.utf8.last == 0x0A ? $0 + text : $0 + "\n" + text } ?? text
        }
        return out
    }

    private static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private struct Attachment {
        var label: String
        var bytes: [UInt8]?
        var text: String?
        var message: [String: Any]?
    }

    private var attachments: [Attachment] {
        let shown = indices("text_body") + indices("html_body")
        let media = shown.filter { kind($0).0 != "Text" && kind($0).0 != "Html" }
        return Set(indices("attachments") + media).sorted().map { index in
            let (kind, content) = kind(index)
            var type = "text/plain"
            if let value = header("content_type", in: index).first?["ContentType"] as? [String: Any] {
                type = (value["c_type"] as? String ?? "text")
                type += (value["c_subtype"] as? String).map { "/\($0)" } ?? "/plain"
            } else if kind == "Message" {
                type = "message/rfc822"
            }
            let disposition = header("content_disposition", in: index).first?["ContentType"] as? [String: Any]
            let name =
                Self.attribute(disposition, "filename")
                ?? Self.attribute(header("content_type", in: index).first?["ContentType"] as? [String: Any], "name")
            var out = Attachment(label: "\(type.lowercased()) \(name.flatMap { FileName.clean($0) } ?? "-")")
            switch kind {
            case "Text", "Html": out.text = content as? String
            case "Message": out.message = content as? [String: Any]
            default: out.bytes = (content as? [NSNumber])?.map(\.uint8Value)
            }
            return out
        }
    }

    private static func attribute(_ value: [String: Any]?, _ name: String) -> String? {
        let all = value?["attributes"] as? [[String: Any]] ?? []
        return all.first { $0["name"] as? String == name }?["value"] as? String
    }

    private static func label(_ attachment: ParsedAttachment) -> String {
        "\(attachment.contentType) \(attachment.filename ?? "-")"
    }
}
