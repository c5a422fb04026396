import Foundation

/// The server transcripts of the shared corpora: read where they lie, never copied.
enum Transcripts {
    /// `nil` where the corpora are not on this machine.
    static let folder: URL? = {
        let root =
            ProcessInfo.processInfo.environment["POSTRIDER_CORPORA"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("../shared/corpora").standardizedFileURL
        let folder = root.appendingPathComponent("mailkit-imap")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    static var mustExist: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    /// The names of all files, relative to the corpus.
    static let names: [String] = {
        guard let folder, let walk = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".txt") || $0.hasSuffix(".msg") }.sorted()
    }()

    /// A file as a server would send it: stored with bare line feeds, while its literals count CR LF.
    static func bytes(_ name: String) throws -> [UInt8] {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        let stored = try Data(contentsOf: folder.appendingPathComponent(name))
        var out: [UInt8] = []
        out.reserveCapacity(stored.count + stored.count / 40)
        for byte in stored {
            if byte == 0x0A, out.last != 0x0D { out.append(0x0D) }
            out.append(byte)
        }
        return out
    }
}
