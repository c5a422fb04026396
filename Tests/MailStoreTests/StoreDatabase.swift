import Crypto
import Foundation
import MailModel
import MailStore
import Postgres
import Synchronization
import Testing

/// A database of a test's own, copied from a migrated template on the server that `POSTRIDER_TEST_DATABASE_URL` names
/// (a superuser's URL), and the pools of the program's roles on it.
///
/// The roles log in by a login that is no superuser and has nothing of its own, so that grants and policies hold as
/// they do in production.
struct StoreDatabase: Sendable {
    /// The roles by which the program connects.
    enum Role: String, CaseIterable {
        case worker = "postrider_worker"
        case `operator` = "postrider_operator"
        case scheduler = "postrider_scheduler"
        case api = "postrider_api"
    }

    static let variable = "POSTRIDER_TEST_DATABASE_URL"
    static let skipReason: Comment = "POSTRIDER_TEST_DATABASE_URL names no PostgreSQL server"
    /// 2023-11-14T22:13:20.987Z: what every test's clock says unless it is given another.
    static let now: Int64 = 1_700_000_000

    /// Whether the tests that need a server run: with CI set they do and fail without one.
    static var isOffered: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment[variable] != nil || environment["CI"] == "true"
    }

    /// The superuser, past all policies: for looking and for what no role of the program does.
    let administrator: PostgresPool
    let pools: [Role: PostgresPool]

    /// Runs `body` on a fresh database, which is dropped afterwards.
    static func with<Value>(_ body: (StoreDatabase) async throws -> Value) async throws -> Value {
        // Asked here, so that without a server each test fails, not the one alone that makes the template.
        _ = try url()
        await StoreTurns.shared.begin()
        defer { StoreTurns.shared.end() }
        let template = try await StoreTemplate.shared.name()
        let name = "postrider_test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let server = try PostgresPool(PostgresConfiguration(url: url(), poolSize: 1, settings: [:]))
        try await server.withSession { try $0.script("CREATE DATABASE \(name) TEMPLATE \(template)") }
        let database = try StoreDatabase(name: name)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(database)) } catch { outcome = .failure(error) }
        await database.close()
        try await server.withSession { try $0.script("DROP DATABASE \(name) WITH (FORCE)") }
        await server.close()
        return try outcome.get()
    }

    static func url(database: String? = nil, user: String? = nil) throws -> String {
        let url = try #require(ProcessInfo.processInfo.environment[variable], "POSTRIDER_TEST_DATABASE_URL is not set")
        var components = try #require(URLComponents(string: url))
        if let database { components.path = "/\(database)" }
        if let user { components.user = user }
        return try #require(components.string)
    }

    private init(name: String) throws {
        administrator = try PostgresPool(PostgresConfiguration(url: Self.url(database: name), poolSize: 2))
        let url = try Self.url(database: name, user: StoreTemplate.login)
        pools = try Dictionary(
            uniqueKeysWithValues: Role.allCases.map { role in
                (role, try PostgresPool(PostgresConfiguration(url: url, role: role.rawValue, poolSize: 4)))
            })
    }

    private func close() async {
        for pool in pools.values { await pool.close() }
        await administrator.close()
    }

    func pool(_ role: Role) -> PostgresPool { pools[role]! }

    /// The store as a role of the program has it.
    func store(_ role: Role, keys: String = TestKeys.first, milliseconds: Int64 = now * 1000 + 987) throws -> Store {
        let time = TimeSource { milliseconds }
        return Store(pool: pool(role), secrets: SecretBox(try KeyRing(text: keys)), ids: .system, time: time)
    }

    // MARK: Looking

    /// The first field of the first row, as the superuser sees it.
    func value<Value: PostgresDecodable & Sendable>(
        _ statement: Statement, as type: Value.Type = Value.self
    ) async throws -> Value {
        try await administrator.withSession { try $0.query(statement)[0].get(0, as: type) }
    }

    /// The first field of each row, as the superuser sees it.
    func column<Value: PostgresDecodable & Sendable>(
        _ statement: Statement, as type: Value.Type = Value.self
    ) async throws -> [Value] {
        try await administrator.withSession { try $0.query(statement).map { try $0.get(0, as: type) } }
    }

    func count(_ table: String) async throws -> Int {
        try await value(Statement("SELECT count(*) FROM \(table)"))
    }

    /// As the superuser: how many rows changed.
    @discardableResult
    func execute(_ statement: Statement) async throws -> Int {
        try await administrator.withSession { try $0.execute(statement) }
    }

    /// Every row of every table that mail is in, as text: equal before and after where nothing has changed.
    func mailRows() async throws -> [String: [String]] {
        let tables = [
            "folders", "folder_skips", "threads", "thread_aliases", "messages", "message_participants",
            "message_placements", "message_references", "attachments", "blobs", "blob_chunks", "actions", "events",
        ]
        var rows: [String: [String]] = [:]
        for table in tables { rows[table] = try await column(Statement("SELECT t::text FROM \(table) t ORDER BY 1")) }
        return rows
    }

    /// Asks again and again, up to 10 s, whether something outside has come about; nothing else tells it.
    func eventually(_ condition: Statement) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if try await value(condition, as: Bool.self) { return true }
            await Task.yield()
        }
        return false
    }
}

/// How many tests have a database at the same time, so that all together stay below the server's max_connections.
final class StoreTurns: Sendable {
    static let shared = StoreTurns(free: 4)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(free: Int) { state = Mutex(State(free: free)) }

    func begin() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free == 0 { state.waiting.append(continuation) } else { state.free -= 1; return true }
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func end() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.waiting.isEmpty { state.free += 1; return nil }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

/// The migrated database from which the tests' own are copied: made once a run, and kept for the next under a name
/// that changes with the migrations.
actor StoreTemplate {
    static let shared = StoreTemplate()
    /// May become each role of the program, and nothing else.
    static let login = "postrider_tests"

    private var making: Task<String, any Error>?

    func name() async throws -> String {
        let task = making ?? Task { try await Self.make() }
        making = task
        return try await task.value
    }

    private static func make() async throws -> String {
        let text = StoreMigrations.all.map(\.sql).joined(separator: "\n")
        let digest = SHA256.hash(data: Data(text.utf8)).prefix(8).map { String($0, radix: 16) }.joined()
        let name = "postrider_template_" + digest
        let server = try PostgresPool(PostgresConfiguration(url: StoreDatabase.url(), poolSize: 1, settings: [:]))
        try await server.withSession { session in
            // Several test targets make it, each for itself; the lock ends with the connection, when all is made.
            _ = try session.query(Statement("SELECT pg_advisory_lock(hashtext('postrider test template'))"))
            let known = try session.query(Statement("SELECT FROM pg_database WHERE datname = $1", name))
            if known.isEmpty { try session.script("CREATE DATABASE \(name) TEMPLATE template0") }
        }
        let pool = try PostgresPool(PostgresConfiguration(url: StoreDatabase.url(database: name), poolSize: 1))
        _ = try await Migrator(pool: pool, migrations: StoreMigrations.all).migrate()
        await pool.close()
        let password = URLComponents(string: try StoreDatabase.url())?.password
        try await server.withSession { session in
            if try session.query(Statement("SELECT FROM pg_roles WHERE rolname = $1", login)).isEmpty {
                try session.script("CREATE ROLE \(login) LOGIN NOINHERIT")
            }
            if let password {
                let quoted = "'" + password.replacing("'", with: "''") + "'"
                try session.script("ALTER ROLE \(login) PASSWORD \(quoted)")
            }
            for role in StoreDatabase.Role.allCases { try session.script("GRANT \(role.rawValue) TO \(login)") }
        }
        await server.close()
        return name
    }
}

/// Key rings of two keys each told apart.
enum TestKeys {
    static let first = line("first", byte: 0x11)
    static let second = line("second", byte: 0x22)

    static func line(_ id: String, byte: UInt8, count: Int = 32) -> String {
        id + ":" + Data(repeating: byte, count: count).base64EncodedString()
    }
}

/// The error of the store that `body` throws.
func storeError<Value>(_ body: () async throws -> Value) async throws -> StoreError {
    do {
        _ = try await body()
    } catch let error as StoreError {
        return error
    }
    throw NoError()
}

/// No error came where one was due.
struct NoError: Error {}

extension StoreError {
    /// The stable code of a refusal.
    var code: String? {
        if case .refused(let code, _) = self { code } else { nil }
    }

    var isCancelled: Bool {
        if case .cancelled = self { true } else { false }
    }

    var isNotFound: Bool {
        if case .notFound = self { true } else { false }
    }

    var isLeaseLost: Bool {
        if case .leaseLost = self { true } else { false }
    }
}
