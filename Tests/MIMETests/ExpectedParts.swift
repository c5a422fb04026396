import Foundation

@testable import MIME

/// What mime4j's dump of a message says: the names of its own fields, and the decoded content of each leaf in order,
/// attached messages included.
struct ExpectedParts {
    let fieldNames: [String]
    let contents: [[UInt8]]

    /// The dump is XML of mime4j's own making; what is read of it are fields' first words and the contents' file names.
    init(corpus: String, message: String) throws {
        let stem = String(message.dropLast(4))
        let folder = stem.split(separator: "/").dropLast().joined(separator: "/")
        let xml = String(decoding: try Corpora.bytes(corpus, "\(stem)_decoded.xml"), as: UTF8.self)
        let header = xml.range(of: "</header>").map { String(xml[..<$0.lowerBound]) } ?? ""
        fieldNames = header.components(separatedBy: "<field>").dropFirst().compactMap { field in
            field.split(separator: ":", maxSplits: 1).first.map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
            }
        }
        contents = try xml.components(separatedBy: "-body name=\"").dropFirst().map { rest in
            let name = rest.prefix { $0 != "\"" }
            return Self.withoutCR(try Corpora.bytes(corpus, "\(folder)/\(name)"))
        }
    }

    /// The same of our parse; attached messages are parsed in turn.
    static func contents(of raw: [UInt8]) -> [[UInt8]] {
        let leaves = raw.withUnsafeBytes { MessageParser().structure(of: .memory($0)).1.leaves }
        return leaves.flatMap { leaf -> [[UInt8]] in
            let content = raw[leaf.range].withUnsafeBytes { TransferDecoding.decode($0, leaf.encoding) }
            return leaf.contentType == "message/rfc822" ? contents(of: content) : [withoutCR(content)]
        }
    }

    static func fieldNames(of raw: [UInt8]) -> [String] {
        raw.withUnsafeBytes { bytes in
            var scanner = HeaderScanner(bytes)
            var out: [String] = []
            while let field = scanner.next() { out.append(String(decoding: field.name, as: UTF8.self).lowercased()) }
            return out
        }
    }

    private static func withoutCR(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 0x0D } }
}
