import Crypto
import Foundation
import Failure
import MailModel
import Postgres
import Testing

@testable import MailStore

@Suite("Secrets in the database", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct SecretTests {
    private static let password = "correct horse – 🐎 battery"

    @Test("a worker opens the password that was stored, and no table holds it in any spelling")
    func neverPlain() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, secret: Self.password)
            #expect(try await mailbox.store.secret(.password, of: mailbox.key) == Self.password)
            let tables = try await database.column(
                Statement(
                    """
                    SELECT relname::text FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                    """), as: String.self)
            #expect(tables.contains("account_secrets") && tables.contains("account_keys"))
            for table in tables {
                let found = Statement(
                    """
                    SELECT count(*) FROM \(table) t
                     WHERE position($1 IN t::text) > 0 OR position(encode(convert_to($1, 'UTF8'), 'hex') IN t::text) > 0
                        OR position(encode(convert_to($1, 'UTF8'), 'base64') IN t::text) > 0
                    """, Self.password)
                #expect(try await database.value(found, as: Int.self) == 0, "\(table)")
            }
            let bytes = try await database.column(
                Statement("SELECT sealed FROM account_secrets UNION ALL SELECT sealed_key FROM account_keys"),
                as: [UInt8].self)
            #expect(bytes.count == 2)
            for sealed in bytes {
                #expect(sealed.starts(with: Array("PSTR".utf8)))
                #expect(Data(sealed).range(of: Data(Self.password.utf8)) == nil)
            }
        }
    }

    @Test("the same password sealed twice gives other bytes")
    func freshNonce() async throws {
        try await StoreDatabase.with { database in
            _ = try await Mailbox.make(in: database, isStarted: false)
            _ = try await Mailbox.make(in: database, isStarted: false)
            #expect(
                try await database.value(Statement("SELECT count(DISTINCT sealed) FROM account_secrets"), as: Int.self)
                    == 2)
        }
    }

    /// Guard: the associated data. Without them the thief's row, key and all, would open as his own.
    @Test("envelopes that are moved to another account don't open there")
    func moved() async throws {
        try await StoreDatabase.with { database in
            let victim = try await Mailbox.make(in: database, secret: Self.password)
            let thief = try await Mailbox.make(in: database, address: "thief@example.com", secret: "own")
            try await database.execute(
                Statement(
                    """
                    UPDATE account_secrets s SET sealed = v.sealed FROM account_secrets v
                     WHERE s.account_id = $1 AND v.account_id = $2
                    """, thief.account.id, victim.account.id))
            let secretAlone = try await storeError { try await thief.store.secret(.password, of: thief.key) }
            #expect("\(secretAlone)".contains("doesn't open"))
            try await database.execute(
                Statement(
                    """
                    UPDATE account_keys s SET sealed_key = v.sealed_key FROM account_keys v
                     WHERE s.account_id = $1 AND v.account_id = $2
                    """, thief.account.id, victim.account.id))
            let withKey = try await storeError { try await thief.store.secret(.password, of: thief.key) }
            #expect("\(withKey)".contains("doesn't open") && !"\(withKey)".contains(Self.password))
        }
    }

    @Test("plain text where an envelope belongs is an error that doesn't repeat it")
    func plainText() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let plain = "a password in plain text, long enough for an envelope"
            try await database.execute(Statement("UPDATE account_secrets SET sealed = $1", Array(plain.utf8)))
            let error = try await storeError { try await mailbox.store.secret(.password, of: mailbox.key) }
            #expect("\(error)".contains("no sealed envelope") && !"\(error)".contains("plain text"))
            #expect(error.disposition == .needsUser)
        }
    }

    @Test(
        "after a rotation the first key seals what is new, the old key still opens, and without it the error names it")
    func rotation() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, secret: Self.password)
            let rotated = TestKeys.second + "\n" + TestKeys.first + "\n"
            let store = try database.store(.operator, keys: rotated)
            #expect(try await store.secret(.password, of: mailbox.key) == Self.password)
            let new = try await store.createAccount(
                .test(owner: mailbox.user, address: "new@example.org"), secret: "new", purpose: .password, folders: [])
            let master = Statement("SELECT master_key_id FROM account_keys WHERE account_id = $1", new.id)
            #expect(try await database.value(master, as: String.self) == "second")
            #expect(try await database.store(.worker, keys: TestKeys.second).secret(.password, of: new.key) == "new")
            let error = try await storeError {
                try await database.store(.worker, keys: TestKeys.second).secret(.password, of: mailbox.key)
            }
            #expect("\(error)".contains("first"))
        }
    }

    @Test("a process without a key ring refuses to connect an account and to open a secret")
    func noKeyRing() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = Store(pool: database.pool(.operator))
            let opening = try await storeError { try await store.secret(.password, of: mailbox.key) }
            let connecting = try await storeError {
                try await store.createAccount(
                    .test(owner: mailbox.user, address: "x@example.org"), secret: "x", purpose: .password, folders: [])
            }
            for error in [opening, connecting] { #expect("\(error)".contains("POSTRIDER_MASTER_KEYS_FILE")) }
        }
    }
}

@Suite("Key ring")
struct KeyRingTests {
    @Test("comments and blank lines are passed over, the first key seals, and each is found by its name")
    func reads() throws {
        let ring = try KeyRing(text: "# keys\n\n  \(TestKeys.second)  \n\(TestKeys.first)\n")
        #expect(ring.sealing.id == "second")
        #expect(ring.key(named: "first")?.key == SymmetricKey(data: Data(repeating: 0x11, count: 32)))
        #expect(ring.key(named: "third") == nil)
    }

    @Test("a file written with CRLF is read too")
    func carriageReturns() throws {
        let ring = try KeyRing(text: "# keys\r\n\(TestKeys.first)\r\n\(TestKeys.second)\r\n")
        #expect(ring.keys.map(\.id) == ["first", "second"])
    }

    @Test(
        "a malformed line is refused by its number, and the key isn't repeated",
        arguments: [
            ("\(TestKeys.first)\nsecond", "line 2"),
            (":" + Data(repeating: 1, count: 32).base64EncodedString(), "line 1"),
            ("short:" + Data(repeating: 1, count: 31).base64EncodedString(), "32 bytes"),
            (TestKeys.line("long", byte: 1, count: 33), "32 bytes"), ("id:no base64!", "line 1"),
            ("\(TestKeys.first)\n\n\(TestKeys.first)", "line 3"), ("", "no key"), ("# only a comment\n", "no key"),
        ])
    func malformed(text: String, says: String) throws {
        let error = #expect(throws: StoreError.self) { try KeyRing(text: text) }
        #expect("\(try #require(error))".contains(says))
        for key in [Data(repeating: 0x11, count: 32), Data(repeating: 1, count: 31)].map({ $0.base64EncodedString() }) {
            #expect(!"\(try #require(error))".contains(key))
        }
    }

    @Test(
        "a file that others can read is refused with the command that mends it; one of mode 0600 is read",
        arguments: [
            (0o600, true), (0o400, true), (0o640, false), (0o644, false), (0o606, false),
        ])
    func mode(mode: Int, isRead: Bool) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        try Data(TestKeys.first.utf8).write(to: file)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        if isRead {
            #expect(try KeyRing(path: file.path).sealing.id == "first")
        } else {
            let error = #expect(throws: StoreError.self) { try KeyRing(path: file.path) }
            #expect("\(try #require(error))".contains("chmod 600 \(file.path)"))
        }
    }

    @Test("a file that isn't there is refused by its path")
    func absent() throws {
        let error = #expect(throws: StoreError.self) { try KeyRing(path: "/nonexistent/keys") }
        #expect("\(try #require(error))".contains("/nonexistent/keys"))
    }
}

@Suite("Envelope")
struct EnvelopeTests {
    private let key = SymmetricKey(data: Data(repeating: 5, count: 32))
    private let binding = Binding(
        account: AccountKey(
            organizationID: OrganizationID("018f0000-0000-7000-8000-000000000001")!,
            accountID: AccountID("018f0000-0000-7000-8000-000000000002")!),
        purpose: "password")

    @Test("an envelope opens for its own key and binding alone")
    func bound() throws {
        let sealed = try Envelope.seal(Data("secret".utf8), with: key, for: binding)
        #expect(try Envelope.open(sealed, with: key, for: binding) == Data("secret".utf8))
        let otherKey = SymmetricKey(data: Data(repeating: 6, count: 32))
        #expect(throws: StoreError.self) { try Envelope.open(sealed, with: otherKey, for: binding) }
        let otherPurpose = Binding(account: binding.account, purpose: "access_token")
        #expect(throws: StoreError.self) { try Envelope.open(sealed, with: key, for: otherPurpose) }
    }

    @Test("a change of any byte, and any cut, is an error")
    func damaged() throws {
        let sealed = try Envelope.seal(Data("secret".utf8), with: key, for: binding)
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(throws: StoreError.self, "byte \(index)") { try Envelope.open(damaged, with: key, for: binding) }
            #expect(throws: StoreError.self) { try Envelope.open(sealed.prefix(index), with: key, for: binding) }
        }
    }
}
