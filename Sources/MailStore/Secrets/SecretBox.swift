import Crypto
import Foundation
import MailModel

/// Seals and opens an account's secrets: each by the account's data key, and that one by a master key.
package struct SecretBox: Sendable {
    private let ring: KeyRing

    package init(_ ring: KeyRing) { self.ring = ring }

    /// A data key just made, in its envelope.
    struct SealedDataKey: Sendable {
        let masterKeyID: String
        let sealed: Data
        let key: SymmetricKey
    }

    func makeDataKey(for account: AccountKey) throws(StoreError) -> SealedDataKey {
        let key = SymmetricKey(size: .bits256)
        let plain = key.withUnsafeBytes { Data($0) }
        let binding = Binding(account: account, purpose: "data_key")
        let sealed = try Envelope.seal(plain, with: ring.sealing.key, for: binding)
        return SealedDataKey(masterKeyID: ring.sealing.id, sealed: sealed, key: key)
    }

    func openDataKey(
        _ sealed: Data, masterKeyID: String, for account: AccountKey
    ) throws(StoreError) -> SymmetricKey {
        guard let master = ring.key(named: masterKeyID) else {
            throw .secret("the key ring has no key named \(masterKeyID), which sealed this account's data key")
        }
        let binding = Binding(account: account, purpose: "data_key")
        return SymmetricKey(data: try Envelope.open(sealed, with: master.key, for: binding))
    }

    func seal(
        _ secret: String, purpose: SecretPurpose, with key: SymmetricKey, for account: AccountKey
    ) throws(StoreError) -> Data {
        let binding = Binding(account: account, purpose: purpose.rawValue)
        return try Envelope.seal(Data(secret.utf8), with: key, for: binding)
    }

    func open(
        _ sealed: Data, purpose: SecretPurpose, with key: SymmetricKey, for account: AccountKey
    ) throws(StoreError) -> String {
        let binding = Binding(account: account, purpose: purpose.rawValue)
        return String(decoding: try Envelope.open(sealed, with: key, for: binding), as: UTF8.self)
    }
}
