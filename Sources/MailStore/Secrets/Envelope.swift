import Crypto
import Foundation
import MailModel

/// A sealed value: AES-256-GCM with a header, so that plain text can never be taken for it.
///
/// ```
/// "PSTR" | version (1 byte) | nonce (12) | ciphertext | tag (16)
/// ```
/// Associated data are the organization, the account, the purpose and the version: an envelope moved to another row
/// doesn't open.
enum Envelope {
    private static let magic = Data("PSTR".utf8)
    private static let version: UInt8 = 1

    /// Seals `plain`; the nonce is fresh from the system's generator at each call.
    static func seal(_ plain: Data, with key: SymmetricKey, for binding: Binding) throws(StoreError) -> Data {
        do {
            let box = try AES.GCM.seal(plain, using: key, authenticating: binding.associatedData(version: version))
            return magic + [version] + box.nonce + box.ciphertext + box.tag
        } catch {
            throw .secret("a secret for \(binding.purpose) can't be sealed")
        }
    }

    /// Opens an envelope.
    ///
    /// - Throws: ``StoreError/secret(_:)`` where the header is missing, the version unknown, or the key, the bytes
    ///   or the binding are not those that it was sealed with.
    static func open(_ sealed: Data, with key: SymmetricKey, for binding: Binding) throws(StoreError) -> Data {
        guard sealed.starts(with: magic), sealed.count >= magic.count + 1 + 12 + 16 else {
            throw .secret("the stored \(binding.purpose) is no sealed envelope")
        }
        let version = sealed[sealed.startIndex + magic.count]
        guard version == Self.version else {
            throw .secret(
                "the stored \(binding.purpose) has envelope version \(version), which this program doesn't know")
        }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.dropFirst(magic.count + 1))
            return try AES.GCM.open(box, using: key, authenticating: binding.associatedData(version: version))
        } catch {
            throw .secret("the stored \(binding.purpose) doesn't open: a wrong key, or bytes of another row")
        }
    }
}
