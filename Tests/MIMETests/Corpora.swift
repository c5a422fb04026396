import Foundation
import Testing

/// Where the public fixtures are, which are no part of this repository.
enum Corpora {
    /// The folder, by the environment or beside the package.
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["POSTRIDER_CORPORA"] { return URL(fileURLWithPath: path) }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.deletingLastPathComponent().appendingPathComponent("shared/corpora")
    }()

    /// In CI an absent corpus is a failure, so its tests run and fail; elsewhere they are skipped by name.
    static func isToBeTested(_ name: String) -> Bool {
        ProcessInfo.processInfo.environment["CI"] == "true" || isPresent(name)
    }

    static func isPresent(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(name).path)
    }

    /// The paths below a corpus that end so, sorted, relative to the corpus.
    static func files(_ name: String, ending: String) -> [String] {
        let base = root.appendingPathComponent(name)
        guard let all = FileManager.default.enumerator(atPath: base.path) else { return [] }
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(ending) }.sorted()
    }

    static func bytes(_ name: String, _ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appendingPathComponent(name).appendingPathComponent(file)))
    }
}
