internal import Synchronization

/// A Lua script, run by its SHA-1, which the server itself computes when it is first loaded.
package final class RedisScript: Sendable {
    /// The Lua text.
    package let source: String
    private let digest = Mutex<String?>(nil)

    /// - Parameter source: the Lua text.
    package init(_ source: String) { self.source = source }

    /// - Parameter source: the Lua text in UTF-8, as SwiftPM embeds a resource.
    package convenience init(_ source: [UInt8]) { self.init(String(decoding: source, as: UTF8.self)) }

    /// The digest in hexadecimal, once known. It depends on the text only, so it is good for every server.
    var knownDigest: String? { digest.withLock { $0 } }

    func learn(_ digest: String) { self.digest.withLock { $0 = digest } }
}
