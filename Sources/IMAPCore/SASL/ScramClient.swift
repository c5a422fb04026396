import Crypto

/// The client's half of SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677): messages in, messages out, all of
/// them in base64 as IMAP carries them.
///
/// ```
///  firstMessage ─▶ server's first ─▶ .hash ─▶ prove(with:) ─▶ server's final ─▶ .done, and isProven
/// ```
package struct ScramClient: Sendable {
    /// The most rounds that a server may ask for: some half a second of one core.
    package static let maximumRounds = 1_000_000

    package enum Step: Sendable {
        /// The password must be hashed with these; ``ScramClient/prove(with:)`` takes the result.
        case hash(password: String, salt: [UInt8], rounds: Int)
        /// The server has proven itself: it gets an empty answer.
        case done
    }

    private enum State: Sendable {
        case begun
        case hashing(serverFirst: String, nonce: String)
        case proving(serverSignature: [UInt8])
        case proven
        case failed
    }

    package let username: String
    private let password: String
    private let nonce: String
    private let bareFirst: String
    private var state = State.begun

    /// - Parameter nonce: printable ASCII without a comma, never used before.
    /// - Returns: `nil` where name or password have characters that the mechanism has no place for.
    package init?(username: String, password: String, nonce: String) {
        guard let prepared = PasswordPreparation.prepare(username),
            let password = PasswordPreparation.prepare(password)
        else { return nil }
        self.username = username
        self.password = password
        self.nonce = nonce
        bareFirst = "n=\(SASLName.escape(prepared)),r=\(nonce)"
    }

    /// What the exchange begins with; not in base64, since that is the encoder's part.
    package var firstMessage: String { "n,,\(bareFirst)" }

    /// Whether the server has shown that it knows the password. A sign-in that ends well without it has not.
    package var isProven: Bool { if case .proven = state { true } else { false } }

    /// Takes a message of the server.
    package mutating func receive(_ base64: String) throws(ScramFault) -> Step {
        guard let bytes = Base64.decode(base64.utf8), let text = String(validating: bytes, as: UTF8.self) else {
            throw fail(.malformed)
        }
        switch state {
        case .begun:
            return try first(text)
        case .proving(let serverSignature):
            try final(text, serverSignature)
            state = .proven
            return .done
        case .hashing, .proven, .failed:
            throw fail(.malformed)
        }
    }

    /// The last message to the server, in base64.
    package mutating func prove(with keys: ScramKeys) throws(ScramFault) -> String {
        guard case .hashing(let serverFirst, let nonce) = state else { throw fail(.malformed) }
        // `biws` is `n,,` in base64: no channel is bound.
        let withoutProof = "c=biws,r=\(nonce)"
        let message = Array("\(bareFirst),\(serverFirst),\(withoutProof)".utf8)
        let clientKey = Self.hmac(keys.saltedPassword, "Client Key".utf8)
        let storedKey = SymmetricKey(data: SHA256.hash(data: clientKey))
        let proof = zip(clientKey, Self.hmac(storedKey, message)).map { $0 ^ $1 }
        let serverKey = SymmetricKey(data: Self.hmac(keys.saltedPassword, "Server Key".utf8))
        state = .proving(serverSignature: Self.hmac(serverKey, message))
        return Base64.encode("\(withoutProof),p=\(Base64.encode(proof))".utf8)
    }

    /// `r=…,s=…,i=…`; an `m=` before them is an extension that must be understood, and none is.
    private mutating func first(_ text: String) throws(ScramFault) -> Step {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 3, fields[0].hasPrefix("r="), fields[1].hasPrefix("s="), fields[2].hasPrefix("i="),
            let salt = Base64.decode(fields[1].dropFirst(2).utf8), !salt.isEmpty,
            let rounds = Int(fields[2].dropFirst(2)), rounds > 0
        else { throw fail(.malformed) }
        let whole = String(fields[0].dropFirst(2))
        guard whole.hasPrefix(nonce), whole.utf8.count > nonce.utf8.count else { throw fail(.foreignNonce) }
        guard rounds <= Self.maximumRounds else { throw fail(.tooManyRounds(rounds)) }
        state = .hashing(serverFirst: text, nonce: whole)
        return .hash(password: password, salt: salt, rounds: rounds)
    }

    /// `v=…`, or `e=…`.
    private mutating func final(_ text: String, _ serverSignature: [UInt8]) throws(ScramFault) {
        let field = text.prefix { $0 != "," }
        if field.hasPrefix("e=") { throw fail(.refused(String(field.dropFirst(2).prefix(64)))) }
        guard field.hasPrefix("v="), Base64.decode(field.dropFirst(2).utf8) == serverSignature else {
            throw fail(.unproven)
        }
    }

    private mutating func fail(_ fault: ScramFault) -> ScramFault {
        state = .failed
        return fault
    }

    private static func hmac(_ key: SymmetricKey, _ message: some Sequence<UInt8>) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(message), using: key))
    }
}
