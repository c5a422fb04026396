import Crypto
import CryptoExtras

/// What is hashed out of a password for one server (RFC 5802 §3). It takes milliseconds to a second: it is not for an
/// event loop or a cooperative thread.
package struct ScramKeys: Sendable {
    let saltedPassword: SymmetricKey

    /// - Throws: ``ScramFault/malformed`` where the salt or the rounds are none.
    package init(password: String, salt: [UInt8], rounds: Int) throws(ScramFault) {
        do {
            // The server names the rounds; few of them weaken what it stores, not what is sent here.
            saltedPassword = try KDF.Insecure.PBKDF2.deriveKey(
                from: Array(password.utf8), salt: salt, using: .sha256, outputByteCount: 32,
                unsafeUncheckedRounds: rounds)
        } catch {
            throw .malformed
        }
    }
}
