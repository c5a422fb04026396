import Foundation
import IMAPCore
import Testing

@Suite("SCRAM-SHA-256")
struct ScramTests {
    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// The exchange that RFC 7677 §3 prints.
    private static let nonce = "rOprNGfwEbeRWgbNEkqO"
    private static let serverFirst =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    private static let clientFinal =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    private static let serverFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

    private func client() throws -> ScramClient {
        try #require(ScramClient(username: "user", password: "pencil", nonce: Self.nonce))
    }

    /// A client that has sent its proof.
    private func proven() throws -> ScramClient {
        var client = try client()
        guard case .hash(let password, let salt, let rounds) = try client.receive(Self.base64(Self.serverFirst)) else {
            throw ScramFault.malformed
        }
        _ = try client.prove(with: ScramKeys(password: password, salt: salt, rounds: rounds))
        return client
    }

    @Test("gives the messages of RFC 7677's example, and takes the server's proof")
    func example() throws {
        var client = try client()
        #expect(client.firstMessage == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        guard case .hash(let password, let salt, let rounds) = try client.receive(Self.base64(Self.serverFirst)) else {
            Issue.record("nothing to hash")
            return
        }
        #expect(password == "pencil")
        #expect(rounds == 4_096)
        let final = try client.prove(with: ScramKeys(password: password, salt: salt, rounds: rounds))
        #expect(final == Self.base64(Self.clientFinal))
        #expect(!client.isProven)
        guard case .done = try client.receive(Self.base64(Self.serverFinal)) else {
            Issue.record("not done")
            return
        }
        #expect(client.isProven)
    }

    @Test("a server that does not know the password is found out")
    func unproven() throws {
        var client = try proven()
        let wrong = Self.base64("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        #expect(throws: ScramFault.unproven) { _ = try client.receive(wrong) }
        #expect(!client.isProven)
        #expect(throws: ScramFault.malformed) { _ = try client.receive(Self.base64(Self.serverFinal)) }
        #expect(!client.isProven)
    }

    @Test("the server's own refusal is told")
    func refused() throws {
        var client = try proven()
        #expect(throws: ScramFault.refused("invalid-proof")) {
            _ = try client.receive(Self.base64("e=invalid-proof"))
        }
    }

    @Test("a nonce that is not ours, or ours alone, is refused", arguments: ["r=other", "r=rOprNGfwEbeRWgbNEkqO"])
    func nonce(field: String) throws {
        var client = try client()
        #expect(throws: ScramFault.foreignNonce) { _ = try client.receive(Self.base64("\(field),s=W22Z,i=4096")) }
    }

    @Test("the rounds that a server may ask for are bounded")
    func rounds() throws {
        var client = try client()
        #expect(throws: ScramFault.tooManyRounds(2_000_000_000)) {
            _ = try client.receive(Self.base64("r=\(Self.nonce)x,s=W22Z,i=2000000000"))
        }
    }

    @Test(
        "what the mechanism does not have is refused",
        arguments: [
            "", "r=rOprNGfwEbeRWgbNEkqOx", "m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1",
            "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=0",
            "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=-1", "r=rOprNGfwEbeRWgbNEkqOx,s=!!!!,i=4096",
            "r=rOprNGfwEbeRWgbNEkqOx,i=4096,s=W22Z",
        ])
    func malformed(message: String) throws {
        var client = try client()
        #expect(throws: ScramFault.malformed) { _ = try client.receive(Self.base64(message)) }
    }

    @Test("what is no base64 is refused", arguments: ["*", "abc", "ab=c", "=", "====", "a===", "\u{FF}"])
    func noBase64(text: String) throws {
        var client = try client()
        #expect(throws: ScramFault.malformed) { _ = try client.receive(text) }
    }

    @Test("names are escaped, and what can be typed in several ways is one")
    func preparation() throws {
        func first(_ name: String) -> String? {
            ScramClient(username: name, password: "x", nonce: "n")?.firstMessage
        }
        #expect(first("a=b,c") == "n,,n=a=3Db=2Cc,r=n")
        #expect(first("e\u{301}") == first("\u{E9}"))
        #expect(first("I\u{AD}X\u{A0}") == "n,,n=IX ,r=n")
        #expect(first("\u{2168}") == "n,,n=IX,r=n")
        #expect(first("") == nil)
        #expect(first("\u{AD}") == nil)
        #expect(first("a\u{7}b") == nil)
        #expect(first("\u{E000}") == nil)
    }
}
