import Foundation
import Postgres
import Testing

/// A database of a test's own on the server that `POSTRIDER_TEST_DATABASE_URL` names (a superuser's URL).
enum LiveDatabase {
    static let variable = "POSTRIDER_TEST_DATABASE_URL"

    /// Whether the tests that need a server run: with CI set they do and fail without one.
    static var isOffered: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment[variable] != nil || environment["CI"] == "true"
    }

    static let skipReason: Comment = "POSTRIDER_TEST_DATABASE_URL names no PostgreSQL server"

    static func url(database: String? = nil) throws -> String {
        let url = try #require(ProcessInfo.processInfo.environment[variable], "POSTRIDER_TEST_DATABASE_URL is not set")
        guard let database else { return url }
        var components = try #require(URLComponents(string: url))
        components.path = "/\(database)"
        return try #require(components.string)
    }

    /// Runs `body` with a pool on a fresh database, which is dropped afterwards.
    static func with<Value: Sendable>(
        poolSize: Int = 4,
        settings: [String: String] = PostgresConfiguration.defaultSettings,
        _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        let name = "postrider_test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let administration = try PostgresPool(PostgresConfiguration(url: url(), poolSize: 1, settings: [:]))
        try await administration.withSession { try $0.script("CREATE DATABASE \(name) TEMPLATE template0") }
        let pool = try PostgresPool(
            PostgresConfiguration(url: url(database: name), poolSize: poolSize, settings: settings))
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(pool)) } catch { outcome = .failure(error) }
        await pool.close()
        try await administration.withSession { try $0.script("DROP DATABASE \(name) WITH (FORCE)") }
        await administration.close()
        return try outcome.get()
    }
}

extension PostgresPool {
    /// Runs statements by the simple protocol.
    func script(_ sql: String) async throws { try await withSession { try $0.script(sql) } }

    /// The first field of the first row.
    func value<Value: PostgresDecodable>(_ statement: Statement, as type: Value.Type = Value.self) async throws -> Value
    {
        try await withSession { try $0.query(statement)[0].get(0, as: type) }
    }
}

/// The error that `body` throws, which must be this module's.
func postgresError<Value>(_ body: () async throws -> Value) async throws -> PostgresError {
    do {
        _ = try await body()
    } catch let error as PostgresError {
        return error
    }
    throw Missing()
}

/// No error came where one was due.
struct Missing: Error {}

/// Asks again and again, up to 10 s, whether something outside has come about; nothing else tells it.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        await Task.yield()
    }
    return false
}
