/// One numbered step of the schema, as a `.sql` resource holds it.
package struct Migration: Sendable, Hashable {
    /// From 1; migrations run in this order.
    package let number: Int
    /// Words after the number in the file's name.
    package let name: String
    /// Any number of statements, which run as one transaction and hold no BEGIN or COMMIT.
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// - Parameter fileName: digits, `_`, a name of `a-z`, `0-9` and `_`, `.sql`: `0001_accounts.sql`.
    /// - Throws: ``PostgresError`` of kind `migration`, naming the file, for any other form and for the number 0.
    package init(fileName: String, sql: String) throws(PostgresError) {
        let form = /([0-9]{1,9})_([a-z0-9_]+)\.sql/
        guard let match = fileName.wholeMatch(of: form), let number = Int(match.1), number > 0 else {
            throw PostgresError(
                kind: .migration, message: "\(fileName) is not named like 0001_accounts.sql",
                activity: "reading migrations")
        }
        self.init(number: number, name: String(match.2), sql: sql)
    }

    /// What the file is called: four digits at least.
    package var fileName: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_\(name).sql"
    }
}
