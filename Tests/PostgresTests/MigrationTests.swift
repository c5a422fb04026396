import Postgres
import Testing

@Suite("Migration")
struct MigrationTests {
    @Test(
        "a file's name gives number and name",
        arguments: [("0001_accounts.sql", 1, "accounts"), ("12345_a_b2.sql", 12345, "a_b2")])
    func names(fileName: String, number: Int, name: String) throws {
        let migration = try Migration(fileName: fileName, sql: "")
        #expect(migration.number == number && migration.name == name && migration.fileName == fileName)
    }

    @Test(
        "another form is refused by name",
        arguments: ["accounts.sql", "0000_zero.sql", "0001-accounts.sql", "0001_.sql", "0001_A.sql", "0001_a.sql.bak"])
    func malformed(fileName: String) {
        let error = #expect(throws: PostgresError.self) { try Migration(fileName: fileName, sql: "") }
        #expect(error?.kind == .migration)
        #expect(error?.message.contains(fileName) == true)
    }
}
