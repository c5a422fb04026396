import Crypto
import Foundation

/// The master keys that seal every account's data key: the first seals, all open (security.md).
///
/// The file holds a line a key, `id:base64` of 32 bytes; blank lines and lines that begin with `#` are passed over. It
/// is refused unless only its owner can read it.
package struct KeyRing: Sendable {
    /// One master key and the name under which envelopes refer to it.
    struct MasterKey: Sendable {
        let id: String
        let key: SymmetricKey
    }

    let keys: [MasterKey]

    var sealing: MasterKey { keys[0] }

    func key(named id: String) -> MasterKey? { keys.first { $0.id == id } }

    /// Reads a key ring's text.
    ///
    /// - Throws: ``StoreError/keyRing(_:)`` that names the line and what is wrong with it, never the key.
    package init(text: String) throws(StoreError) {
        var keys: [MasterKey] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                throw .keyRing("line \(number + 1) is not of the form id:base64")
            }
            let id = String(line[..<colon])
            guard let bytes = Data(base64Encoded: String(line[line.index(after: colon)...])), bytes.count == 32 else {
                throw .keyRing("line \(number + 1): the key named \(id) is not 32 bytes in base64")
            }
            guard !keys.contains(where: { $0.id == id }) else {
                throw .keyRing("line \(number + 1): a key named \(id) stands above already")
            }
            keys.append(MasterKey(id: id, key: SymmetricKey(data: bytes)))
        }
        guard !keys.isEmpty else { throw .keyRing("it holds no key") }
        self.keys = keys
    }

    /// Reads a key ring file of mode 0600 or stricter.
    package init(path: String) throws(StoreError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .keyRing("\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .keyRing("\(path) is open to others than its owner; run: chmod 600 \(path)")
        }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .keyRing("\(path) can't be read as text")
        }
        try self.init(text: text)
    }
}
